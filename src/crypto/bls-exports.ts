export { type Bls, type BlsError, ProvenKey } from './bls.js';
export { type BlstModule, blstBls, type Serialized } from './bls-blst.js';
export { loadBls } from './bls-load.js';
export { nobleBls } from './bls-noble.js';
