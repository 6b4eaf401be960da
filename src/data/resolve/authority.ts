import { canonicalClaims, decided, type Resolver, unresolved } from './claims.js';

/**
 * The value of the first of these banks that claims one.
 *
 * This is declared trust: nothing holds against a lie of that bank, however many banks contradict it. A bank that does
 * not take part, or lacks the record, passes the word to the next; a bank that holds the record without the field says
 * null, and is believed. `rule` names the bank that was believed.
 *
 * A listed bank whose version is withheld holds the word, and nobody knows what it says: the field is unresolved unless a
 * bank before it in the list claims a value. Were the word passed on, whoever keeps a version back would choose which
 * bank is believed. So a bank that is trusted can leave the field open; it could as well have decided it.
 *
 * @param banks names, most trusted first
 * @returns a rule with margin 0: it counts no voices
 */
export function authority(banks: readonly string[]): Resolver {
  return (given, context) => {
    const claims = canonicalClaims(given);
    for (const name of banks) {
      const claim = claims.find((one) => one.banks.some((bank) => context.bankIds[bank] === name));
      if (claim) return decided(`authority: ${name}`, claim.value, 0, claims, context);
      if (context.withholds?.(context.bankIds.indexOf(name)))
        return unresolved(`${name} holds it, and what it says is withheld`);
    }
    return unresolved(`none of ${banks.join(', ')} holds it`);
  };
}
