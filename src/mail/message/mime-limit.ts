/** What the parser reads of a message before it calls the rest opaque (threats M1, M2, M3). */

/** Entities inside entities, multipart and message/rfc822 alike; the root is level 0. */
export const mimeNestingMax = 100;
/** Entities in one message, the root and the opaque remainder included. */
export const mimePartsMax = 1_000;
/** Octets of one header field that are interpreted; ranges stay exact beyond it. Postfix's `header_size_limit`. */
export const headerFieldBytesMax = 102_400;
/** Entries of one address list, group marks included. */
export const headerAddressesMax = 10_000;
/** Parameters of one Content-Type or Content-Disposition field, continuation segments included. */
export const mimeParametersMax = 1_000;
/** RFC 2046, section 5.1.1 says 70; longer ones are seen in practice. A multipart beyond this is shown as text. */
export const boundaryLengthMax = 1_000;
/** Message ids of one References field that are kept. */
export const referencesMax = 1_000;
/** Octets of header and text parts that are decoded for SEARCH: a million Vietnamese letters in base64, and tags around. */
export const searchedOctetsMax = 4 * 1024 * 1024;
