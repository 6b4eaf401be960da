import type { Effects, Input } from '../../src/protocol/effects.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { encodeSealedEpoch } from '../../src/protocol/recall.js';
import { type Fixture, Net, type NetOptions } from './network.js';

/** Says, and proves nothing by it, that its sender is in this epoch. */
export const ahead = (epoch: number): MessageOf<'want'> => ({
  type: 'want',
  epoch,
  value: null,
  signature: new Uint8Array(64),
});

/** Hosts that keep sealed epochs and answer for them at once; `holdsBack`: not while it says so. */
export class Hosts extends Net {
  held: (() => void)[] = [];
  constructor(
    fixture: Fixture,
    options: NetOptions,
    private readonly holdsBack: (bank: number, input: Input) => boolean = () => false,
  ) {
    super(fixture, options);
  }
  override input(bank: number, input: Input): Effects | null {
    if (this.holdsBack(bank, input)) {
      this.held.push(() => super.input(bank, input));
      return null;
    }
    const effects = super.input(bank, input);
    for (const output of effects?.output ?? [])
      if (output.type === 'recall') this.answer(bank, output.request);
    return effects;
  }
  answer(bank: number, request: Extract<Input, { type: 'recalled' }>['request']): void {
    const epochs = this.output(bank, 'sealed')
      .filter(({ epoch }) => epoch >= request.epoch)
      .map((s) => encodeSealedEpoch(this.fixture.manifest, s));
    this.input(bank, { type: 'recalled', request, epochs });
  }
}
