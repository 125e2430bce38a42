import { composeAutomatic } from './compose-absence.ts';

export interface ComposeRefusalNotice {
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  /** Of the message that was refused. */
  readonly subject: string | undefined;
  readonly recipients: readonly string[];
  readonly note: string;
}

/** Tells who sent a message that it was not let through, and why. Throws as `composeAbsence` does. */
export function composeRefusalNotice(input: ComposeRefusalNotice): Buffer {
  const { subject = '', recipients, note } = input;
  const to = recipients.join(', ');
  const text = [
    `Thư “${subject}” gửi ${to} không được duyệt, nên không gửi đến ai.`,
    `Lý do: ${note}`,
    'Thư vẫn còn trong mục Đã gửi; có thể sửa rồi gửi lại.',
    '',
    '--',
    '',
    `Your message “${subject}” to ${to} was refused and went to nobody.`,
    `Reason: ${note}`,
    'It is still in Sent; you may change it and send it again.',
  ];
  return composeAutomatic({
    messageId: input.messageId,
    date: input.date,
    from: input.from,
    to: input.to,
    subject: `Thư không được duyệt: ${subject}`,
    autoSubmitted: 'auto-generated',
    extra: [],
    text: text.join('\n'),
  });
}
