/**
 * The program cannot start, for a reason that the person who started it can remove.
 *
 * The message is one line that says what is wrong and what to do. The program prints it without a stack trace
 * and exits with 1; anything else that is thrown during start-up is a fault and is printed whole. The message
 * never holds a password.
 */
export class StartRefusal extends Error {
  override readonly name = 'StartRefusal';

  constructor(message: string, options?: ErrorOptions) {
    super(message.replaceAll(/\s+/gu, ' ').trim(), options);
  }
}
