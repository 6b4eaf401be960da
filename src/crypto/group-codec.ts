import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { type Codec, encodingError } from './encoding.js';
import { isScalar } from './polynomial.js';

/** Bytes of an encoded scalar. */
export const SCALAR_LENGTH = 32;

/** A scalar of Baby Jubjub, 32 bytes big-endian. The order or more is refused: one scalar would have several forms. */
export const scalar: Codec<bigint> = {
  write: (writer, value) => {
    if (!isScalar(value)) encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'scalar' });
    writer.bytes(numberToBytesBE(value, SCALAR_LENGTH));
  },
  read: (reader) => {
    const { offset } = reader;
    const value = bytesToNumberBE(reader.bytes(SCALAR_LENGTH, 'scalar'));
    if (!isScalar(value)) encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'scalar', offset });
    return value;
  },
};
