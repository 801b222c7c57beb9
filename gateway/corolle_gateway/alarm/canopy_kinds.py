"""What canopies raise alarms for. kinds.py tells how an entry reads."""

TABLE = """
soil1Fault round: probe
Soil probe 1 gives no plausible value: look at its plug, then at its cable in the soil.
Sonde de sol 1 sans valeur plausible : regarder son connecteur, puis le câble dans la terre.

soil2Fault round: probe
Soil probe 2 gives no plausible value: look at its plug, then at its cable in the soil.
Sonde de sol 2 sans valeur plausible : regarder son connecteur, puis le câble dans la terre.

soil3Fault round: probe
Soil probe 3 gives no plausible value: look at its plug, then at its cable in the soil.
Sonde de sol 3 sans valeur plausible : regarder son connecteur, puis le câble dans la terre.

probesDisagree round: probe
The soil probes disagree: look for one that has come out of the soil, or a dripper beside one.
Les sondes de sol se contredisent : en chercher une hors de terre, ou un goutteur contre une sonde.

airSensorFault round: sensor
The air sensor does not answer: look at its plug and for water in its shield.
Le capteur d'air ne répond pas : regarder son connecteur et l'eau dans son abri.

noFlow round: valve, flow meter, water
The valve is open and no water comes: look at the stop cock, the filter, then at the valve.
Vanne ouverte et pas d'eau : regarder le robinet d'arrêt, le filtre, puis l'électrovanne.

unexplainedFlow urgent: valve
Water runs while all valves are shut: close the stop cock, then look at the valve's seat.
L'eau coule vannes fermées : fermer le robinet d'arrêt, puis regarder le siège de l'électrovanne.

guardTripped urgent: valve, flow meter
A guard has shut a valve: look for a leak or a stuck valve before it may open again.
Une garde a fermé une vanne : chercher une fuite ou une vanne bloquée avant de la rouvrir.

batteryLow round: battery
The battery is low: look at the panel, for dirt and shade, then at the battery's age.
Batterie faible : regarder le panneau, saleté et ombre, puis l'âge de la batterie.

tankEmpty round: water
The tank is empty: fill it, and look for a leak if that was not to be expected.
Réserve vide : la remplir, et chercher une fuite si ce n'était pas attendu.

flowMeterFault round: flow meter
The flow meter counts wrong or not at all: look at its plug, then for sand in its wheel.
Le compteur d'eau compte mal ou pas du tout : regarder son connecteur, puis le sable dans sa turbine.

leak urgent: valve
There is water where none should be: close the stop cock, then look at the joints.
De l'eau là où il n'en faut pas : fermer le robinet d'arrêt, puis regarder les raccords.

waterWarm urgent: disinfectant
The mist's supply is above 25 °C: look at the pipe in the sun; legionella grow in warm water.
L'eau de brumisation dépasse 25 °C : regarder la conduite au soleil ; les légionelles y prolifèrent.

mistLocked urgent: disinfectant, laptop
Misting is locked: read why in the sanitary log; it stays shut until that is done.
Brumisation verrouillée : lire pourquoi dans le fichier sanitaire ; elle le reste jusqu'à ce que ce soit fait.

sanitaryLogBroken urgent: laptop, board
The sanitary log does not hold: read it out, then accept it by the order lift, signed.
Le fichier sanitaire est rompu : le relire, puis l'accepter par l'ordre lift, signé.

sanitaryDoubt urgent moment: laptop
A sanitary record contradicts the log kept here: export it, and compare with the canopy's.
Un enregistrement contredit le fichier sanitaire gardé ici : l'exporter et le comparer à celui de la corolle.

droughtOutdated info: -
The drought level is older than a week: tell the one in force by the order drought.
Le niveau de sécheresse a plus d'une semaine : donner celui en vigueur par l'ordre drought.
"""
