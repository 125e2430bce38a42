/** How a command ended well: `tag OK [code] text`. */
export interface Completion {
  readonly text: string;
  /** Without its brackets. */
  readonly code?: string;
  /** In place of `code`, when it is known only after the untagged updates. */
  readonly codeAfterUpdates?: () => string | undefined;
}

export function completed(text: string, code?: string): Completion {
  return code === undefined ? { text } : { text, code };
}

/** The command is not done, and the client is told why: `tag NO [code] text`. */
export class CommandRefused extends Error {
  readonly status: 'NO' | 'BAD';
  readonly code: string | undefined;

  constructor(text: string, code?: string, status: 'NO' | 'BAD' = 'NO') {
    super(text);
    this.name = 'CommandRefused';
    this.status = status;
    this.code = code;
  }
}

/** The connection ends after this untagged line: `* BYE [code] text`. */
export class SessionEnded extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'SessionEnded';
  }
}

/** A literal was announced and cannot be filled: only cutting the connection keeps the client from misreading. */
export class BrokenLiteral extends Error {
  constructor(options?: ErrorOptions) {
    super('A literal could not be filled', options);
    this.name = 'BrokenLiteral';
  }
}

export function statusLine(status: 'OK' | 'NO' | 'BAD' | 'BYE', text: string, code?: string): string {
  return code === undefined ? `${status} ${text}` : `${status} [${code}] ${text}`;
}
