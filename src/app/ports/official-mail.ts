import type { Directive } from '#domain/directive/directive.ts';
import type { PreparedMessage } from './mail-store.ts';

/** How a directive becomes a mail; built by the mail door, which knows MIME. */
export interface OfficialMail {
  /** The same bytes for everyone on the hub. */
  compose(directive: Directive, issuerAddress: string): Promise<PreparedMessage>;
  /** The stamp found (MẬT, TỐI MẬT, TUYỆT MẬT), or undefined. */
  findSecretStamp(text: string): string | undefined;
}
