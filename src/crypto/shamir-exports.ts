export {
  combine,
  MAX_SHARES,
  type ShamirError,
  type Share,
  type SharingOptions,
  split,
} from './shamir.js';
