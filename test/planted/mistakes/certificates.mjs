/** Mistakes in what is signed and in how certificates are checked. */
const epochs = (mistake) => ({ campaign: 'epochs', settings: {}, rings: /^agreement:/, ...mistake });

export const certificates = [
  epochs({
    name: 'signers-not-counted',
    does: 'takes a certificate with however few signers',
    breaks: 'agreement: one liar decides whatever it likes',
    settings: { liars: ['minority'] },
    edits: [
      {
        file: 'protocol/certificate.ts',
        find: '  return verifySigners(suite.bls, manifest.keys, manifest.quorum, digest, certificate);',
        replace: '  return verifySigners(suite.bls, manifest.keys, 1, digest, certificate);',
      },
    ],
  }),
  epochs({
    name: 'bitmap-unchecked',
    does: 'counts every bit of a bitmap for a signer, also those that stand for no bank',
    breaks: 'agreement: one liar decides whatever it likes',
    settings: { liars: ['padding'] },
    edits: [
      {
        file: 'crypto/bitmap.ts',
        find: "      if (size % 8 !== 0 && bitmap[bitmap.length - 1]! >> (size % 8) !== 0)\n        encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'bitmap', offset });\n",
        replace: '      void offset;\n',
      },
      {
        file: 'crypto/bitmap.ts',
        find: '      return fromBitmap(bitmap, size);',
        replace: '      return fromBitmap(bitmap, 8 * bitmap.length);',
      },
      {
        file: 'crypto/bitmap.ts',
        find: ' || member <= last || member >= size) return false;',
        replace: ' || member <= last) return false;',
      },
      {
        file: 'crypto/bls-certificate.ts',
        find: '  const signing = signers.map((signer) => keys[signer] as ProvenKey);\n',
        replace: '  const signing = signers.flatMap((signer) => keys[signer] ?? []);\n',
      },
      {
        file: 'protocol/wanting.ts',
        find: '.filter((bank) => bank !== self);',
        replace: '.filter((bank) => bank !== self && manifest.banks[bank]);',
      },
    ],
  }),
  epochs({
    name: 'phase-not-signed',
    does: 'signs both phases alike',
    breaks: 'termination: who signed the first phase of a slot cannot sign its second',
    settings: { liars: ['stale-certificate', 'equivocate'] },
    edits: [
      {
        file: 'protocol/certificate.ts',
        find: '    type: ballot.phase,',
        replace: "    type: 'prepare',",
      },
    ],
    rings: /^(agreement|integrity|termination):/,
  }),
  epochs({
    name: 'certificate-unverified',
    does: 'takes a certificate without verifying it',
    breaks: 'agreement: one liar decides whatever it likes',
    settings: { liars: ['minority'] },
    edits: [
      {
        file: 'protocol/agreement.ts',
        find: '    if (!verifyCertificate(this.deps.manifest, this.deps.suite, certificate)) return false;\n',
        replace: '    void verifyCertificate;\n',
      },
    ],
  }),
  epochs({
    name: 'epoch-not-signed',
    does: 'leaves the epoch out of what is signed',
    breaks: 'agreement: the certificate of an epoch decides in another',
    settings: { liars: ['relabelling'], epochs: 2 },
    edits: [
      {
        file: 'protocol/statement.ts',
        find: '    uint64(statement.epoch),\n',
        replace: '',
      },
    ],
  }),
  epochs({
    name: 'consortium-not-signed',
    does: 'leaves the consortium out of what is signed',
    breaks: 'agreement: the certificate of a consortium decides in another one of the same banks',
    settings: { liars: ['importing'] },
    rehearsal: { liars: ['importing'], quota: 5 },
    edits: [
      {
        file: 'protocol/statement.ts',
        find: '    consortiumId,\n    utf8(statement.type),',
        replace: '    consortiumId.subarray(0, 0),\n    utf8(statement.type),',
      },
    ],
  }),
  epochs({
    name: 'timeouts-not-counted',
    does: 'takes a timeout certificate with however few signers',
    breaks: 'termination: one liar takes the honest banks from view to view',
    settings: { liars: ['hurrying'] },
    edits: [
      {
        file: 'protocol/certificate.ts',
        find: 'if (proof.signers.length < manifest.quorum || proof.highs.length !== proof.signers.length) return false;',
        replace: 'if (proof.highs.length !== proof.signers.length) return false;',
      },
    ],
    rings: /^termination: .*views/,
  }),
  epochs({
    name: 'one-timeout-joined',
    does: 'gives up on a view as soon as one bank does',
    breaks: 'termination: one liar takes the honest banks from view to view',
    settings: { liars: ['hurrying'] },
    edits: [
      {
        file: 'protocol/pacemaker.ts',
        find: '    return views[this.manifest.faults] ?? -1;',
        replace: '    return views[0] ?? -1;',
      },
    ],
    rings: /^termination: .*views/,
  }),
];
