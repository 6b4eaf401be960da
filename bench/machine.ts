import { readFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';

const PEERS = [
  '@noble/curves',
  '@noble/hashes',
  '@chainsafe/blst',
  'merkletreejs',
  '@digitaldefiance/reed-solomon-erasure.wasm',
  'shamir-secret-sharing',
  '@peerbit/riblt',
  'siphash24',
];

type Manifest = Partial<
  Record<'dependencies' | 'optionalDependencies' | 'devDependencies', Record<string, string>>
>;

/** The versions that package.json pins. */
function versions(): string[] {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const pinned: Record<string, string> = {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  };
  return PEERS.map((name) => `${name} ${pinned[name] ?? '(not pinned)'}`);
}

/** What the numbers were measured on, as Markdown; nothing that says whose machine it is. */
export function describeMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `- Processor: ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores; ${memory} GiB of memory`,
    `- System: ${platform()}, ${arch()}`,
    `- Node ${process.versions.node}, V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl}`,
    `- Packages: ${versions().join(', ')}`,
  ].join('\n');
}
