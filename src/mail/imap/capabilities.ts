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
  'QRESYNC',
  'SAVEDATE',
  'OBJECTID',
  'PREVIEW',
  'PARTIAL',
  'ESEARCH',
  'STATUS=SIZE',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'ACL',
  'RIGHTS=kxte',
  'METADATA',
  'QUOTA',
  'QUOTA=RES-STORAGE',
  'QUOTA=RES-MESSAGE',
  'UNAUTHENTICATE',
  'COMPRESS=DEFLATE',
];

/** What a session may do now. A password is never taken in clear: without TLS there is only STARTTLS (RFC 9051, 11.1). */
export function capabilities(session: {
  readonly isSecure: boolean;
  readonly isSignedIn: boolean;
  readonly offersScram: boolean;
}): string {
  if (session.isSignedIn) return [...always, ...afterLogin].join(' ');
  if (!session.isSecure) return [...always, 'STARTTLS', 'LOGINDISABLED'].join(' ');
  return [...always, 'AUTH=PLAIN', ...(session.offersScram ? ['AUTH=SCRAM-SHA-256'] : [])].join(' ');
}
