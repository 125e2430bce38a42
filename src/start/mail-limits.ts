/** The largest message taken by any door, in octets; SIZE and APPENDLIMIT say so. */
export const messageBytesMax = 25 * 1024 ** 2;

/** Octets of messages being received at once, over all connections of a process; then 452 4.3.1. */
export const bytesInFlightMax = 256 * 1024 ** 2;
