# Points of Baby Jubjub (EIP-2494) and whether each is in the subgroup of prime order: the order times it is neutral.
# Plain integers and the affine addition law; writes points.json. `python3 points.py` gives the same file every time.
import json
import random

P = 21888242871839275222246405745257275088548364400416034343698204186575808495617
ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041
A, D = 168700, 168696


def inverse(x):
    return pow(x, P - 2, P)


def add(p, q):
    (x1, y1), (x2, y2) = p, q
    t = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + y1 * x2) * inverse(1 + t) % P, (y1 * y2 - A * x1 * x2) * inverse(1 - t) % P


def multiply(k, p):
    total = (0, 1)
    while k:
        if k & 1:
            total = add(total, p)
        p = add(p, p)
        k >>= 1
    return total


def root(n):  # Tonelli and Shanks; None for what is no square
    if n % P == 0:
        return 0
    if pow(n, (P - 1) // 2, P) != 1:
        return None
    q, s, z = P - 1, 0, 5
    while q % 2 == 0:
        q, s = q // 2, s + 1
    while pow(z, (P - 1) // 2, P) != P - 1:
        z += 1
    m, c, t, r = s, pow(z, q, P), pow(n, q, P), pow(n, (q + 1) // 2, P)
    while t != 1:
        i, power = 0, t
        while power != 1:
            i, power = i + 1, power * power % P
        b = pow(c, 1 << (m - i - 1), P)
        m, c, t, r = i, b * b % P, t * b * b % P, r * b % P
    return r


def at(y):
    x = root((1 - y * y) * inverse(A - D * y * y))
    return None if x is None else (x, y % P)


random.seed(4)
found = []
while len(found) < 120:
    point = at(random.randrange(P))
    if point:
        found.append(point)
for y in [*range(40), *(P - i for i in range(1, 40))]:
    point = at(y)
    if point:
        found += [point, ((-point[0]) % P, point[1])]
torsion = next(t for t in (multiply(ORDER, p) for p in found) if multiply(4, t) != (0, 1))
small = [multiply(i, torsion) for i in range(8)]
elements = [multiply(8, p) for p in found[:15]]
found += [add(element, t) for element in elements for t in small] + small
rows = [[str(x), str(y), multiply(ORDER, (x, y)) == (0, 1)] for x, y in found]
with open("points.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
print(len(rows), sum(row[2] for row in rows))
