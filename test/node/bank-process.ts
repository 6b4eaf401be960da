import { Node } from '../../src/node/node.js';
import { consortium, ledger } from '../protocol/network.js';

/** What the process of a bank says to the one that started it. */
export type Said =
  | { readonly type: 'ready' }
  | { readonly type: 'letter'; readonly to: number; readonly bytes: Uint8Array }
  | { readonly type: 'sealed'; readonly epoch: number; readonly root: Uint8Array }
  /** What must not happen. */
  | { readonly type: 'failed'; readonly what: string };

/** What it is told. */
export type Told =
  | { readonly type: 'start' }
  | { readonly type: 'letter'; readonly from: number; readonly bytes: Uint8Array };

/** The consortium of all processes. Keys are derived from names, and so the same everywhere. */
export const founded = () => consortium(4, 1, { parameters: { statistics: 'none', delta: 200 } });

/** A bank's books in an epoch. */
export const booksOf = (bank: number, epoch: number) => ledger({ [bank]: 7 + epoch });

/** Runs one bank, with files, until it is killed. */
export async function main(directory: string, bank: number, log: 'new' | 'existing'): Promise<void> {
  const say = (said: Said): void => {
    process.send?.(said);
  };
  const failed = (error: unknown): void => say({ type: 'failed', what: String(error) });
  const { manifest, secrets, suite } = await founded();
  const node = await Node.open({
    directory,
    manifest,
    bank: manifest.banks[bank]!.id,
    secrets: secrets[bank]!,
    suite,
    log,
    transport: {
      start: (receive) => {
        process.on('message', (told: Told) => {
          if (told.type === 'letter') receive(told.from, told.bytes);
        });
      },
      send: (to, bytes) => say({ type: 'letter', to, bytes }),
      stop: () => {},
    },
    onOutput: (output) => {
      if (output.type === 'forgotten' || output.type === 'evidence') failed(output.type);
      if (output.type === 'refused' && output.code === 'JOURNAL_CONFLICT') failed(output.code);
    },
    onFailure: failed,
  });
  process.on('message', (told: Told) => {
    if (told.type !== 'start') return;
    node
      .reconcile(booksOf(bank, node.next.epoch))
      .then(({ epoch, seal }) => say({ type: 'sealed', epoch, root: seal.root }), failed);
  });
  say({ type: 'ready' });
}
