import type { EdwardsPoint } from '@noble/curves/abstract/edwards.js';
import { babyjubjub } from '@noble/curves/misc.js';

const { Point } = babyjubjub;
const { Fp } = Point;

/** T, of order 8. */
const TORSION = Point.fromAffine({
  x: 4342719913949491028786768530115087822524712248835451589697801404893164183326n,
  y: 4826523245007015323400664741523384119579596407052839571721035538011798951543n,
});

/** 1/x of 2T = (±1/√a, 0); the ordinate of 2T on the Montgomery form. */
const SLOPE_AT_2T = Fp.inv(TORSION.double().toAffine().x);

/** Twice the slope of the tangent at T of the Montgomery form, which passes through −2T. */
const TWICE_SLOPE_AT_T = (() => {
  const { x, y } = TORSION.toAffine();
  const u = Fp.div(Fp.add(Fp.ONE, y), Fp.sub(Fp.ONE, y));
  return Fp.div(Fp.mul(2n, Fp.add(Fp.div(u, x), SLOPE_AT_2T)), Fp.sub(u, Fp.ONE));
})();

const EIGHTH = (Fp.ORDER - 1n) / 8n;

/**
 * Whether a point of Baby Jubjub is in the subgroup of prime order, by the reduced Tate pairing with a point of order 8:
 * Koshelev 2022, "Subgroup membership testing on elliptic curves via the Tate pairing" (ePrint 2022/037). One
 * exponentiation in the field, where a multiplication by the order takes ten times as long. Exact, not probabilistic.
 * Not constant-time.
 *
 * Why it is exact. The curve has 8·l points and, d being no square, one of order 2, so that E(F_p) is cyclic and the
 * subgroup of order l is 8·E(F_p). 8 divides p − 1. Let f have the divisor 8(T) − 8(O) and the leading coefficient 1
 * at O. Then χ(P) = f(P)^((p−1)/8) is a homomorphism from E(F_p) to the eighth roots of unity in F_p, that is one of
 * E(F_p)/8E(F_p), and Tate's pairing is not degenerate: P is in the subgroup exactly when χ(P) = 1.
 *
 * f is Miller's function on the Montgomery form v² = u³ + 168698u² + u, with u = (1+y)/(1−y) and v = u/x:
 *
 *     f = t⁴·s² / ((u−1)⁴·u),   t = v + σ − λ(u−1) the tangent at T,   s = v − σu the tangent at 2T = (1, σ).
 *
 * The form has no factor at v², since a − d = 4: so every line has the leading coefficient 1, and f too. With v²/u = (1+y)/((1−y)x²)
 *
 *     f = N⁴·(1−σx)²·(1+y) / (16·y⁴·x⁶·(1−y)),   N = (1+y) + σx(1−y) − 2λxy.
 *
 * What is raised may be multiplied by eighth powers, so divisions become products and 16 = (√2)⁸ goes; that leaves
 * N⁴·y⁴·(1−σx)²·x²·(1+y)·(1−y)⁷, of degree 24 when made homogeneous, which lets Z go too.
 *
 * Where f has a zero or a pole, or a factor of it has, this product is zero: at T, ±2T and 4T, which are refused as
 * they should be, and at the neutral element, which is taken before.
 */
export function isInPrimeSubgroup(point: EdwardsPoint): boolean {
  if (point.is0()) return true;
  const { X, Y, Z } = point;
  const complement = Fp.sub(Z, Y);
  const tangent = Fp.sub(
    Fp.add(Fp.mul(Z, Fp.add(Z, Y)), Fp.mul(Fp.mul(SLOPE_AT_2T, X), complement)),
    Fp.mul(Fp.mul(TWICE_SLOPE_AT_T, X), Y),
  );
  const root = [
    Fp.sqr(Fp.mul(tangent, Y)),
    Fp.sub(Z, Fp.mul(SLOPE_AT_2T, X)),
    X,
    Fp.mul(complement, Fp.sqr(complement)),
  ].reduce((product, factor) => Fp.mul(product, factor));
  const value = Fp.mul(Fp.sqr(root), Fp.mul(complement, Fp.add(Z, Y)));
  return Fp.eql(Fp.pow(value, EIGHTH), Fp.ONE);
}
