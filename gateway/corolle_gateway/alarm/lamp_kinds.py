"""What lamp posts raise alarms for. kinds.py tells how an entry reads."""

TABLE = """
lampFailure round: luminaire, driver, fuse
No light is drawn: look at the fuse, then at the driver's output, then at the luminaire.
Plus de lumière : regarder le fusible, puis la sortie du driver, puis le luminaire.

dimmingFailure round: driver, luminaire
The power does not follow the level: look at the dimming wires, then at the driver.
La puissance ne suit pas la consigne : regarder les fils de gradation, puis le driver.

lampUnexpectedOn round: driver, board
It burns by day: look for a bridged relay or a dimming wire that is off.
Allumé en plein jour : chercher un relais collé ou un fil de gradation débranché.

cyclingFailure round: luminaire, driver
Light goes and comes by itself: look at loose terminals, then at the driver's heat.
La lumière s'éteint et revient seule : regarder les bornes desserrées, puis la chaleur du driver.

supplyLoss urgent: fuse, barrier
The mains are below 184 V or gone: measure at the foot of the post, then at the cabinet.
Secteur sous 184 V ou absent : mesurer au pied du mât, puis à l'armoire.

lampPowerTooHigh round: driver, luminaire
It draws more than 120 % of its power: look for another luminaire, or a failing driver.
Plus de 120 % de la puissance : chercher un luminaire différent ou un driver en fin de vie.

lampPowerTooLow round: luminaire, driver
Part of the light is gone: look at the LED strings, then at the driver.
Une partie de la lumière manque : regarder les lignes de LED, puis le driver.

thermalDerating info: -
The housing is hot and light is held back: dust and nests on the fins, if it comes again.
Boîtier chaud, lumière réduite : si cela revient, poussière ou nid sur les ailettes.

thermalShutdown round: luminaire, driver
Heat has taken all light: look at the fins, the driver and its ventilation.
La chaleur a coupé la lumière : regarder les ailettes, le driver et son aération.

presenceStuck round: sensor
Somebody is seen without a pause: look for a branch or a flag before the sensor.
Présence vue sans arrêt : chercher une branche ou un drapeau devant le détecteur.
"""
