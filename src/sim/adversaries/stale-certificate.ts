import { type Certificate, type TimeoutCertificate, timeoutStatement } from '../../protocol/certificate.js';
import type { Message } from '../../protocol/messages.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';

/** What an attack remembers of earlier views: the first of each. */
interface Old {
  readonly certificates: Certificate[];
  readonly justifications: TimeoutCertificate[];
}

/** Certificates that are remembered, at most. */
const MOST = 16;

function remember({ memory, heard }: AttackContext): Old {
  const old = (memory.get('old') as Old | undefined) ?? { certificates: [], justifications: [] };
  memory.set('old', old);
  if (heard?.type === 'certificate' && old.certificates.length < MOST)
    old.certificates.push(heard.certificate);
  const shown = heard?.type === 'open' || heard?.type === 'timeout' ? heard.justification : null;
  if (shown && old.justifications.length < MOST) old.justifications.push(shown);
  return old;
}

/** The message with what it shows replaced by something older, or by nothing. */
function outdated(message: Message, { certificates, justifications }: Old, context: AttackContext): Message {
  const { random, sign } = context;
  if (message.type === 'timeout') {
    const certificate = random.pick([null, ...certificates.filter(({ phase }) => phase === 'prepare')]);
    const signature = sign(timeoutStatement(message.epoch, message.view, certificate?.slot ?? null));
    return { ...message, certificate, justification: random.pick([null, ...justifications]), signature };
  }
  if (message.type === 'open' && message.justification)
    return { ...message, justification: random.pick([null, ...justifications]) };
  if (message.type === 'certificate' && random.chance(0.5) && certificates.length > 0)
    return { ...message, certificate: random.pick(certificates) };
  return message;
}

/** The second phase without its votes: what prepared a value, shown as if it had decided it. */
const promoted = (certificate: Certificate): Message => ({
  type: 'certificate',
  certificate: { ...certificate, phase: 'commit', attested: false },
});

export const staleCertificate = defineAdversary({
  name: 'stale-certificate',
  description:
    'reports old certificates or none, opens views with old ones, and shows prepared values as decided',
  attack: (outgoing, context) => {
    const { random, manifest, index } = context;
    const old = remember(context);
    const sent = outgoing.map((send) => {
      const message = context.decode(send.bytes);
      const other = outdated(message, old, context);
      return other === message ? send : { ...send, bytes: context.encode(other) };
    });
    const extra: AdversarialSend[] = [];
    const to = random.int(manifest.size);
    if (to !== index && old.certificates.length > 0) {
      const certificate = random.pick(old.certificates);
      const shown = random.chance(0.5)
        ? promoted(certificate)
        : ({ type: 'certificate', certificate } as const);
      extra.push({ to, bytes: context.encode(shown) });
    }
    return [...sent, ...extra];
  },
});
