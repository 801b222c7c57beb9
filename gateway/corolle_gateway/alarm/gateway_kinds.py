"""What the gateway raises alarms for at itself. kinds.py tells how an entry reads."""

TABLE = """
brokerAway round: laptop
The city's broker cannot be reached: look at the uplink's lamps, then at names and certificates.
Le broker de la ville est injoignable : regarder les voyants du lien, puis noms et certificats.

certificateEnds round: laptop
A certificate for a broker ends soon, or has: have it renewed, and put the new one in its place.
Un certificat pour un broker expire bientôt, ou a expiré : le faire renouveler et le remplacer.

storeFilling round: laptop
The store fills up and the city takes nothing: mend the way to the broker, or give [store] more.
Le stockage se remplit et la ville ne prend rien : rétablir le broker, ou agrandir [store].

storeDamaged round moment: SD card
The database was damaged and salvaged: keep the old file, and change the card soon.
La base était abîmée et a été récupérée : garder l'ancien fichier et changer la carte bientôt.

concentratorGone round: concentrator, radio
A concentrator is not heard: look at its power, then at the packet forwarder's log.
Un concentrateur est muet : regarder son alimentation, puis le journal du packet forwarder.

networkAway round: laptop
ChirpStack's broker cannot be reached: look at the network, then at names and certificates.
Le broker de ChirpStack est injoignable : regarder le réseau, puis noms et certificats.

adapterGone round: adapter
The Bluetooth adapter does nothing: look whether it is plugged in, then at BlueZ's log.
L'adaptateur Bluetooth ne fait rien : voir s'il est branché, puis le journal de BlueZ.

clockJump info moment: -
The clock was set by more than a minute: look at the network time, and at the clock's battery.
L'horloge a été décalée de plus d'une minute : regarder le temps réseau et la pile de l'horloge.
"""
