"""LoRaWAN 1.0.4 on EU868: a network server fed by concentrators over the Semtech UDP protocol."""
