import type { Directive } from '#domain/directive/directive.ts';
import type { PreparedMessage } from './mail-store.ts';

/** How a directive becomes a mail; built by the mail door, which knows MIME. */
export interface OfficialMail {
  /** The same bytes for everyone on the hub. */
  compose(directive: Directive, issuerAddress: string): Promise<PreparedMessage>;
  /** The same words for one recipient outside, with that recipient's token as link and in the Reply-To. */
  composeOutside(
    directive: Directive,
    issuerAddress: string,
    to: { readonly recipientId: number; readonly token: string; readonly sentAt: Date },
  ): Promise<PreparedMessage>;
  /** The stamp found (MẬT, TỐI MẬT, TUYỆT MẬT), or undefined. */
  findSecretStamp(text: string): string | undefined;
}
