/** Only what works is named here. */
const always = ['IMAP4rev1', 'LITERAL+', 'SASL-IR', 'ID', 'ENABLE'];

const afterLogin = [
  'NAMESPACE',
  'CHILDREN',
  'UNSELECT',
  'UIDPLUS',
  'MOVE',
  'IDLE',
  'SPECIAL-USE',
  'CREATE-SPECIAL-USE',
  'CONDSTORE',
  'ESEARCH',
  'STATUS=SIZE',
  'LIST-EXTENDED',
  'LIST-STATUS',
];

/** What a session may do now. A password is never taken in clear: without TLS there is only STARTTLS (RFC 9051, 11.1). */
export function capabilities(session: { readonly isSecure: boolean; readonly isSignedIn: boolean }): string {
  if (session.isSignedIn) return [...always, ...afterLogin].join(' ');
  const door = session.isSecure ? ['AUTH=PLAIN'] : ['STARTTLS', 'LOGINDISABLED'];
  return [...always, ...door].join(' ');
}
