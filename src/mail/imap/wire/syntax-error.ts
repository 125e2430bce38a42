/** What the client sent is not a command; it is answered BAD with this text. Never a fault. */
export class ImapSyntaxError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'ImapSyntaxError';
  }
}
