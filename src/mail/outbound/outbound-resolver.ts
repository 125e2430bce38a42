/**
 * What sending asks of the DNS. "None" is an empty list, whether the name or only the record is missing; a failure that
 * may pass is an Error. Names are A-labels (RFC 5890).
 */
export interface OutboundResolver {
  mx(name: string): Promise<readonly { readonly exchange: string; readonly preference: number }[]>;
  /** IPv4 and IPv6, in the order to be tried. */
  addresses(name: string): Promise<readonly string[]>;
  /** Each record with its strings joined. */
  txt(name: string): Promise<readonly string[]>;
}
