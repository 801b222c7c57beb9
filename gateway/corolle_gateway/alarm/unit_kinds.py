"""What any unit raises alarms for. kinds.py tells how an entry reads."""

TABLE = """
silent round: radio, board, fuse
Nothing is heard of it: see whether it has light or power, then look at its aerial and radio.
Plus aucune nouvelle : voir s'il est alimenté, puis regarder l'antenne et le module radio.

sensorFault round: sensor
A sensor that is fitted does not answer: look at its plug, then change it.
Un capteur installé ne répond pas : regarder son connecteur, puis le remplacer.

clockUnknown info: -
It does not know the time: its gateway sets it as soon as both hear each other.
L'heure est inconnue : la passerelle la donne dès que les deux s'entendent.

radioLost round: radio, board
Its LoRaWAN radio does not answer: look at the module's seat and at the aerial.
La radio LoRaWAN ne répond pas : regarder l'enfichage du module et l'antenne.

bluetoothLost round: board
Its Bluetooth does not start: restart it once, then change the board.
Le Bluetooth ne démarre pas : redémarrer une fois, puis remplacer la carte.

tilt urgent: barrier
It leans more than 10 degrees from how it stood: keep people away, then look at its foot.
Incliné de plus de 10 degrés : écarter le public, puis regarder le pied et l'ancrage.

impact urgent moment: barrier
Something has struck it: look at its foot, its door and its cables.
Un choc a été ressenti : regarder le pied, la trappe et les câbles.

doorOpen urgent: barrier
Its door is open: live parts may be within reach. Close it, and look for what is missing.
Trappe ouverte : des pièces sous tension sont accessibles. La fermer et chercher ce qui manque.

safeMode round: board, laptop
Three boots have failed and it runs on defaults: read its log before you change the board.
Trois démarrages ont échoué, il tourne par défaut : lire son journal avant de remplacer la carte.

badRestart info moment: -
It has started anew by itself: if that comes again, look at its supply and its log.
Redémarrage intempestif : si cela revient, regarder l'alimentation et le journal.

settingsReset info moment: -
Its settings were lost: see that the city's are sent and agreed to.
Réglages perdus : vérifier que ceux de la ville sont renvoyés et acceptés.

storeRestored info moment: -
Its flash has lost a copy of something: if that comes again, change the board.
La mémoire flash a perdu une copie : si cela revient, remplacer la carte.

settingsDrift info: laptop
It does not run what the city wants, and has not for an hour: look at what was set on the spot.
Ses réglages diffèrent de ceux voulus depuis une heure : voir ce qui a été réglé sur place.
"""
