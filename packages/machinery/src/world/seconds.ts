/**
 * Seconds of a field of 64 bits in milliseconds. Beyond 2^53 such a field holds a bigint, whatever its type says: for a clock
 * the nearest number is as good.
 */
export const secondsToMs = (seconds: number | bigint): number => Number(seconds) * 1000;
