"""What an account says, in English and in French."""

# By key: English, French. Units of measure stand with the figures' names.
_WORDS = {
    "title": ("Account of a month", "Bilan mensuel"),
    "month": ("Month", "Mois"),
    "zone": ("Months in the time of", "Mois à l'heure de"),
    "until": ("Heard until", "Données jusqu'au"),
    "figures": ("Figures", "Chiffres"),
    "decimal_rule": (
        "decimal point; kWh to 0.001, all others to 0.1; rounded once, from sums that are not rounded",
        "virgule décimale ; kWh à 0,001 près, les autres à 0,1 ; arrondis une fois, sur des sommes non "
        "arrondies",
    ),
    "counting": ("Counting", "Comptage"),
    "counting_rule": (
        "by the units' own counters, each step once; what was counted in a gap is spread evenly over it; a "
        "counter that began anew is not taken for consumption",
        "par les compteurs des unités, chaque pas une fois ; ce qui est compté pendant une absence y est "
        "réparti également ; un compteur reparti de zéro n'est pas pris pour une consommation",
    ),
    "baseline_full": ("Baseline “full light”", "Référence « plein feu »"),
    "full_rule": (
        "the same lamp at full power, as it was learned at commissioning (else rated_w), for its burn hours",
        "la même lampe à pleine puissance, apprise à la mise en service (sinon rated_w), pendant ses heures "
        "d'éclairage",
    ),
    "baseline_former": ("Baseline “former luminaire”", "Référence « ancien luminaire »"),
    "former_rule": ("{watts} for the same hours", "{watts} pendant les mêmes heures"),
    "baseline_timer": ("Baseline “timer”", "Référence « minuterie »"),
    "timer_rule": (
        "{litres} L a day for each canopy, from when it was first heard",
        "{litres} L par jour et par corolle, depuis sa première nouvelle",
    ),
    "not_given": ("not given: nothing is compared with it", "non fournie : aucune comparaison"),
    "compared": ("Compared", "Comparaison"),
    "compared_rule": (
        "lamps that told both energy and burn hours; the saving depends on passers-by, base level and hold",
        "lampadaires ayant transmis énergie et heures d'éclairage ; l'économie dépend des passages, du "
        "niveau de veille et du maintien",
    ),
    "heard": ("“Heard”", "« Joignable »"),
    "heard_rule": (
        "share of the time since it was first heard in which it was not silent: a word of it within three of "
        "its reports, each a tenth late, and five minutes",
        "part du temps depuis sa première nouvelle où elle n'était pas muette : une nouvelle en moins de "
        "trois de ses rapports, chacun un dixième en retard, et cinq minutes",
    ),
    "serving": ("“In service”", "« En service »"),
    "serving_rule": ("share of the time heard without {faults}", "part du temps joignable sans {faults}"),
    "groups": ("Groups", "Groupes"),
    "groups_rule": (
        "a unit of several groups stands in each; * counts each unit once",
        "une unité de plusieurs groupes figure dans chacun ; * compte chaque unité une fois",
    ),
    "unit": ("Unit", "Unité"),
    "group": ("Group", "Groupe"),
    "site": ("Site", "Site"),
    "kinds": ("Kind", "Type"),
    "units": ("Units", "Unités"),
    "energy_kwh": ("Energy (kWh)", "Énergie (kWh)"),
    "burn_h": ("Burn hours (h)", "Heures d'éclairage (h)"),
    "passages": ("Passers-by", "Passages"),
    "passages_per_h": ("Passers-by per burn hour", "Passages par heure d'éclairage"),
    "base_pct": ("Base level (%)", "Niveau de veille (%)"),
    "hold_s": ("Hold (s)", "Maintien (s)"),
    "full_kwh": ("Baseline full light (kWh)", "Référence plein feu (kWh)"),
    "full_saved_pct": ("Saved on full light (%)", "Économie sur plein feu (%)"),
    "former_kwh": ("Baseline former luminaire (kWh)", "Référence ancien luminaire (kWh)"),
    "former_saved_pct": ("Saved on former luminaire (%)", "Économie sur ancien luminaire (%)"),
    "lamps_compared": ("Lamps compared", "Lampadaires comparés"),
    "water_l": ("Watering (L)", "Arrosage (L)"),
    "timer_l": ("Baseline timer (L)", "Référence minuterie (L)"),
    "timer_saved_pct": ("Saved on timer (%)", "Économie sur minuterie (%)"),
    "mist_l": ("Mist (L)", "Brumisation (L)"),
    "purge_l": ("Purged (L)", "Purges (L)"),
    "purges": ("Purges", "Nombre de purges"),
    "heard_pct": ("Heard (%)", "Joignable (%)"),
    "serving_pct": ("In service (%)", "En service (%)"),
    "resets": ("Begun anew", "Compteurs repartis"),
    "lamp": ("lamp", "lampadaire"),
    "canopy": ("canopy", "corolle"),
}
LANGUAGES = ("en", "fr")


def text(key: str, language: str) -> str:
    """What stands for a key in one of LANGUAGES."""
    said = _WORDS[key][LANGUAGES.index(language)]
    if language == "fr":
        for mark in (" ;", " :", " %", " »"):
            said = said.replace(mark, f"\u00a0{mark[1]}")
        said = said.replace("« ", "«\u00a0")
    return said


def decimal(value: float, places: int, language: str) -> str:
    """A figure as the language writes it, without separators of thousands."""
    written = f"{value:.{places}f}"
    return written.replace(".", ",") if language == "fr" else written
