"""What is well with a ledger and what is not, beyond its data: read only, no lock, broken ones too.

Data is what `check` looks at. Here it is what surrounds it: what a crash left, who holds the lock, whose
files they are, the disk, the network, the clock. Each room looks at one of these and gives signs.
"""
