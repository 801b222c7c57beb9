"""The sentences of the check, in English and French."""

# ruff: noqa: RUF001 - French has its own apostrophes and spaces

from corolle_gateway.service.check.finding import Finding

LANGUAGES = ("en", "fr")

# By subject and by sentence: (English, French). What stands in braces is a value of the finding's.
STATES = {"good": ("good", "bon"), "doubtful": ("LOOK", "À VOIR"), "bad": ("BAD", "MAUVAIS")}
SUBJECTS = {
    "configuration": ("configuration", "configuration"),
    "units": ("units", "unités"),
    "clock": ("clock", "horloge"),
    "zone": ("time zone", "fuseau horaire"),
    "disk": ("disk", "disque"),
    "database": ("database", "base de données"),
    "bluetooth": ("Bluetooth", "Bluetooth"),
    "concentrator": ("concentrator", "concentrateur"),
    "console": ("console", "console"),
    "broker": ("broker", "serveur MQTT"),
    "chirpstack": ("ChirpStack", "ChirpStack"),
}
SENTENCES = {
    "config_read": ("{site}/{gateway}, read from {path}", "{site}/{gateway}, lue dans {path}"),
    "told": ("{why}", "{why}"),
    "units_read": ("{n} units in {path}", "{n} unités dans {path}"),
    "clock_right": ("set by the network", "mise à l’heure par le réseau"),
    "clock_alone": (
        "nobody sets it: switch time synchronisation on, timedatectl set-ntp true",
        "personne ne la met à l’heure : activez la synchronisation, timedatectl set-ntp true",
    ),
    "clock_unset": (
        "it says {now}: set it, and give the machine a battery-backed clock or a network",
        "elle dit {now} : réglez-la, et donnez à la machine une horloge sauvegardée ou un réseau",
    ),
    "zone_named": ("{zone}, now {offset}", "{zone}, actuellement {offset}"),
    "zone_utc": (
        "UTC: people read local times; timedatectl set-timezone Europe/Paris",
        "UTC : les gens lisent l’heure locale ; timedatectl set-timezone Europe/Paris",
    ),
    "disk_good": (
        "{free_mb} MB free in {path}, a write takes {write_ms} ms",
        "{free_mb} Mo libres dans {path}, une écriture prend {write_ms} ms",
    ),
    "disk_refuses": (
        "{path} cannot be written to: {why}: mend or mount the disk, or let the gateway's user have it",
        "impossible d’écrire dans {path} : {why} : réparez ou montez le disque, ou donnez le dossier à"
        " l’utilisateur de la passerelle",
    ),
    "disk_small": (
        "{free_mb} MB free in {path}, store.max_mb and log.max_mb allow {wanted_mb} MB more: lower them",
        "{free_mb} Mo libres dans {path}, store.max_mb et log.max_mb en permettent {wanted_mb} de plus :"
        " réduisez-les",
    ),
    "disk_full": (
        "{free_mb} MB free in {path}: make room, what comes in cannot be stored",
        "{free_mb} Mo libres dans {path} : faites de la place, rien ne peut plus être enregistré",
    ),
    "disk_slow": (
        "a write to {path} takes {write_ms} ms: a worn or cheap card, replace it",
        "une écriture dans {path} prend {write_ms} ms : carte usée ou médiocre, remplacez-la",
    ),
    "database_new": (
        "none yet: made at the first start",
        "pas encore : elle sera créée au premier démarrage",
    ),
    "database_whole": (
        "whole, {mb} MB, {units} units, {unsent} unsent messages",
        "intacte, {mb} Mo, {units} unités, {unsent} messages en attente",
    ),
    "database_newer": (
        "of version {version}, this gateway knows up to {known}: install the newer gateway again",
        "de version {version}, cette passerelle connaît jusqu’à {known} : réinstallez la plus récente",
    ),
    "database_damaged": (
        "damaged ({why}): restart the gateway, it saves what can be read; then replace the card",
        "endommagée ({why}) : redémarrez la passerelle, elle sauve ce qui est lisible ;"
        " puis remplacez la carte",
    ),
    "bluetooth_none": ("not configured", "non configuré"),
    "bluetooth_there": ("{adapter} is there", "{adapter} est là"),
    "bluetooth_missing": (
        "{adapter} is not there: {found}; put it in, or correct ble.adapter",
        "{adapter} n’est pas là : {found} ; branchez-le, ou corrigez ble.adapter",
    ),
    "bluetooth_blocked": (
        "{adapter} is switched off: rfkill unblock bluetooth",
        "{adapter} est désactivé : rfkill unblock bluetooth",
    ),
    "bluetooth_no_bus": (
        "no D-Bus at {path}: install and start bluez and dbus",
        "pas de D-Bus en {path} : installez et démarrez bluez et dbus",
    ),
    "console_none": ("not configured", "non configurée"),
    "console_there": ("{path} is there", "{path} est là"),
    "console_missing": (
        "{path} is not there: plug the cable in, or correct console.device",
        "{path} n’est pas là : branchez le câble, ou corrigez console.device",
    ),
    "console_refused": (
        "{path}: {why}: put the gateway's user into the group {group}",
        "{path} : {why} : ajoutez l’utilisateur de la passerelle au groupe {group}",
    ),
    "concentrator_heard": ("{eui} on UDP {bind}:{port}", "{eui} sur UDP {bind}:{port}"),
    "concentrator_logged": (
        "{eui}, says the running gateway's log",
        "{eui}, dit le journal de la passerelle active",
    ),
    "concentrator_mute": (
        "nobody speaks to UDP {bind}:{port} within {wait_s} s: start the packet forwarder, and let its"
        " server_address and ports be these",
        "personne ne parle à UDP {bind}:{port} en {wait_s} s : démarrez le « packet forwarder », avec ces"
        " server_address et ports",
    ),
    "concentrator_taken": (
        "UDP {bind}:{port} cannot be had: {why}: another program has it, or correct lorawan.bind",
        "UDP {bind}:{port} n’est pas disponible : {why} : un autre programme l’occupe,"
        " ou corrigez lorawan.bind",
    ),
    "concentrator_unknown": (
        "the gateway runs, and its log knows of none: start the packet forwarder",
        "la passerelle est active, et son journal n’en connaît aucun : démarrez le « packet forwarder »",
    ),
    "broker_good": ("{host}:{port} accepts us{until}", "{host}:{port} nous accepte{until}"),
    "broker_open": (
        "{host}:{port} accepts us, but without TLS everybody on the way reads and orders: use mqtts://",
        "{host}:{port} nous accepte, mais sans TLS chacun sur le chemin lit et commande : utilisez mqtts://",
    ),
    "broker_nowhere": (
        "the name {host} is not known: {why}: correct the url, or look at the name server",
        "le nom {host} est inconnu : {why} : corrigez l’url, ou vérifiez le serveur de noms",
    ),
    "broker_unreachable": (
        "{host}:{port} cannot be reached: {why}: look at cable, firewall and port",
        "{host}:{port} est injoignable : {why} : vérifiez câble, pare-feu et port",
    ),
    "broker_untrusted": (
        "{host}:{port} is not to be trusted: {why}",
        "{host}:{port} n’est pas digne de confiance : {why}",
    ),
    "broker_refuses": (
        "{host}:{port} refuses us: {why}",
        "{host}:{port} nous refuse : {why}",
    ),
    "certificate_ends": (
        "{what} ends in {days} days, on {end}: have it renewed",
        "{what} expire dans {days} jours, le {end} : faites-le renouveler",
    ),
    "certificate_ended": (
        "{what} ended on {end}: have it renewed",
        "{what} a expiré le {end} : faites-le renouveler",
    ),
    "certificate_early": (
        "{what} begins on {begin} only: is the clock right?",
        "{what} ne commence que le {begin} : l’horloge est-elle juste ?",
    ),
    "file_unusable": ("{path}: {why}", "{path} : {why}"),
}


def line(finding: Finding, language: str) -> str:
    """A finding for people to read."""
    which = LANGUAGES.index(language)
    state, subject = STATES[finding.state][which], SUBJECTS[finding.subject][which]
    return f"{state:8} {subject:16} {SENTENCES[finding.said][which].format(**finding.values)}"
