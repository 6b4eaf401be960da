export { type Bls, type BlsError, ProvenKey } from './bls.js';
export { findInvalid, type SignedMessage } from './bls-batch.js';
export { type BlstModule, blstBls, type Serialized } from './bls-blst.js';
export {
  type Certificate,
  certificateCodec,
  MAX_MEMBERS,
  SignatureCollector,
  verifyCertificate,
} from './bls-certificate.js';
export { loadBls } from './bls-load.js';
export { nobleBls } from './bls-noble.js';
