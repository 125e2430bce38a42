/** What a process of clients is asked, and answers. Times are milliseconds since 1970, with fractions. */
export type ClientRequest =
  | {
      readonly kind: 'connect';
      readonly url: string;
      readonly tokens: readonly string[];
      readonly arrived: boolean;
    }
  /** From here on the next directive is the one that is timed. Answered at once. */
  | { readonly kind: 'expect' }
  /** Answered when every socket has received it, or when `withinMs` are over. */
  | { readonly kind: 'report'; readonly withinMs: number }
  | { readonly kind: 'disconnect' };

export interface ClientAnswer {
  /** Sockets that are connected; in a report those that have received the directive. */
  readonly sockets: number;
  readonly firstMs?: number;
  readonly middleMs?: number;
  readonly lastMs?: number;
  /** The packet as it came over the wire to the process's first socket. */
  readonly packet?: string;
}
