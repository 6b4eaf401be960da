/** Mistakes in what is dealt, held, given back and opened. */
const epochs = (mistake) => ({ campaign: 'epochs', settings: {}, ...mistake });

export const slices = [
  epochs({
    name: 'code-not-checked-again',
    does: 'opens slices without coding the payload again and comparing the root',
    breaks: 'agreement: banks that use different fragments open different payloads',
    settings: { liars: ['dispute-storm', 'corrupt-slices'], divergence: 0.3 },
    edits: [
      {
        file: 'crypto/slices.ts',
        find: "  if (!equalBytes(again, header.fragmentRoot)) return { verdict: 'not-codeword' };\n",
        replace: '  void again;\n',
      },
    ],
    rings: /^(agreement|result|termination|integrity):/,
  }),
  epochs({
    name: 'share-unchecked',
    does: 'takes a share of statistics without checking it against the commitments',
    breaks: 'integrity: the sum that an honest bank gives back is false, and it is suspected',
    settings: { liars: ['bad-shares'], statistics: 'aggregate', disputed: 0 },
    edits: [
      {
        file: 'protocol/slice-check.ts',
        find: '? statistics.verify({ x: receiver + 1, ys: share })',
        replace: '? true',
      },
    ],
    rings: /^integrity: .*suspects honest/,
  }),
  epochs({
    name: 'sum-unchecked',
    does: 'recovers a sum from f + 1 shares without checking it against the commitments',
    breaks: 'agreement: a false share gives false totals',
    settings: { liars: ['forge-stats'], statistics: 'aggregate', disputed: 0 },
    edits: [
      {
        file: 'crypto/verifiable-sharing.ts',
        find: '    if (this.opens(scalars)) return scalars;\n',
        replace: '    if (scalars) return scalars;\n',
      },
    ],
    rings: /^(agreement|result):/,
  }),
  epochs({
    name: 'release-of-another-dealing',
    does: 'gives back what it holds of a dealer, be it of another header than the agreed one',
    breaks: 'integrity: an honest bank with slices of a split dealing is suspected',
    settings: { banks: 7, liars: ['split-slices'], statistics: 'aggregate', disputed: 0 },
    edits: [
      {
        file: 'protocol/releasing.ts',
        find: 'return mine && equalBytes(mine.accepted.root, root) ? [{ dealer, parcel: mine.parcel }] : [];',
        replace: 'void root;\n      return mine ? [{ dealer, parcel: mine.parcel }] : [];',
      },
    ],
    rings: /^integrity: .*suspects honest/,
  }),
  epochs({
    name: 'n-minus-2f-fragments',
    does: 'codes so that n − 2f fragments are needed, where W promises q − f',
    breaks: 'termination: liars that hold a dealing and give nothing back keep it shut',
    settings: { banks: 6, faults: 1, liars: ['hoarder'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/slice-check.ts',
        find: '  k: quorum - faults,',
        replace: '  k: size - 2 * faults,',
      },
    ],
    rings: /^termination:/,
  }),
  epochs({
    name: 'w-from-fewer',
    does: 'puts into W what one attester fewer than a quorum lists',
    breaks: 'termination: liars that hold a dealing and give nothing back keep it shut',
    settings: { liars: ['stingy-hoarder'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/value.ts',
        find: '    .filter(({ count }) => count >= manifest.quorum)',
        replace: '    .filter(({ count }) => count >= manifest.quorum - 1)',
      },
    ],
    rings: /^termination:/,
  }),
  epochs({
    name: 'summed-from-fewer',
    does: 'adds up the statistics of dealers whose shares no f + 1 honest banks all hold',
    breaks: 'termination: too few can give back a share of the sum',
    settings: { liars: ['stingy-hoarder'], statistics: 'aggregate', disputed: 0 },
    edits: [
      {
        file: 'protocol/value.ts',
        find: '    .filter(({ count }) => count >= manifest.quorum)',
        replace: '    .filter(({ count }) => count >= manifest.faults + 1)',
      },
      {
        file: 'protocol/value.ts',
        find: '  const holders = held.slice(0, manifest.quorum);',
        replace: '  const holders = held.slice(0, manifest.faults + 1);',
      },
    ],
    rings: /^termination:/,
  }),
  epochs({
    name: 'claims-unchecked',
    does: 'opens records that are not those which their dealer claimed in the table',
    breaks: 'result: a liar shows another version than it is listed with',
    settings: { liars: ['false-attestation'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/slice-payload.ts',
        find: "  if (!entries.every(asClaimed)) return { verdict: 'contradicts-claims' };\n",
        replace: '  void asClaimed;\n',
      },
    ],
    rings: /^result:/,
  }),
  epochs({
    name: 'header-of-another-dealing',
    does: "takes any header that its dealer signed for that of W's dealing",
    breaks: 'termination: slices that fit no header open nothing',
    settings: { liars: ['split-slices', 'other-header'], statistics: 'aggregate', disputed: 0 },
    edits: [
      {
        file: 'protocol/releasing.ts',
        find: '      if (!equalBytes(slicesRoot(header), dealing.root)) continue;\n',
        replace: '      void slicesRoot;\n',
      },
    ],
    rings: /^(termination|integrity|result):/,
  }),
];
