/** Strategies after the decision: of who serves records, asks for them, or collects results. */
export function serving(library) {
  const { Dataset, Random, defineAdversary, misstateField } = library;

  const falsified = (dataset, bytes, random) => {
    const entry = library.entryOf(dataset.schema, bytes);
    const values = misstateField(dataset.schema, entry.values, random);
    return Dataset.fromRecords(dataset.schema, [values]).entries[0].bytes;
  };

  /** Serves other records than it is asked for, under the same names. */
  const falseRecords = defineAdversary({
    name: 'false-records',
    attack: (outgoing, { decode, encode, dataset, random }) =>
      outgoing.map((send) => {
        const message = decode(send.bytes);
        if (message.type !== 'records') return send;
        const records = message.records.map(({ id, record }) => ({
          id,
          record: falsified(dataset, record, random),
        }));
        return { ...send, bytes: encode({ ...message, records }) };
      }),
  });

  /** Serves symbols of a sketch of other records than those under U: one is missing. */
  const falseCommon = defineAdversary({
    name: 'false-common',
    attack: (outgoing, context) => {
      const { decode, encode, heard, dataset } = context;
      const drafts = library.draftsSeen(outgoing, context);
      return outgoing.map((send) => {
        const message = decode(send.bytes);
        if (message.type !== 'common' || heard?.type !== 'compare') return send;
        const read = library.readAs(context, [...drafts.values()].at(-1));
        const { key, ids } = library.ownData(context).keyed(read.opened.key);
        const kept = dataset.entries.filter((_, i) => !read.rows.has(ids[i])).slice(1);
        const sketch = new library.Sketch(library.SketchItems.fromRecords(key, kept));
        return { ...send, bytes: encode({ ...message, symbols: sketch.symbols(heard.from, heard.count) }) };
      });
    },
  });

  /** Asks every bank for every record that it knows the name of, as soon as the inputs are decided. */
  const greedy = defineAdversary({
    name: 'greedy',
    attack: (outgoing, context) => {
      const { manifest, index, bank, heard, encode, sign, memory } = context;
      const drafts = library.draftsSeen(outgoing, context);
      const decided = heard?.type === 'certificate' || heard?.type === 'release' ? heard.certificate : null;
      const draft = [...drafts.values()].at(-1);
      if (decided?.phase !== 'commit' || !draft || memory.has('asked')) return outgoing;
      memory.set('asked', true);
      const read = library.readAs(context, draft);
      const { ids } = library.ownData(context).keyed(read.opened.key);
      const fetch = { epoch: bank.chain.epoch, value: decided.value, ids: ids.map(library.fromHex) };
      const bytes = encode({ type: 'fetch', ...fetch, signature: sign(library.fetchStatement(fetch)) });
      // The commit certificate comes to others a moment later than to this bank.
      const after = manifest.parameters.delta;
      const others = [...manifest.banks.keys()].filter((to) => to !== index);
      return [...outgoing, ...others.map((to) => ({ to, bytes, after }))];
    },
  });

  /** As collector seals another result for half of the banks: its signatures do not hold. */
  const forgingCollector = defineAdversary({
    name: 'forging-collector',
    attack: (outgoing, { decode, encode }) =>
      outgoing.map((send, i) => {
        const message = decode(send.bytes);
        if (message.type !== 'seal' || i % 2 === 0) return send;
        const root = new Random('forged').bytes(32);
        return { ...send, bytes: encode({ ...message, seal: { ...message.seal, root } }) };
      }),
  });

  /** As collector seals for itself, and tells nobody. */
  const keepingCollector = defineAdversary({
    name: 'keeping-collector',
    attack: (outgoing, { decode }) => outgoing.filter(({ bytes }) => decode(bytes).type !== 'seal'),
  });

  return {
    'false-records': falseRecords,
    'false-common': falseCommon,
    greedy,
    'forging-collector': forgingCollector,
    'keeping-collector': keepingCollector,
  };
}
