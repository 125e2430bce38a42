/** Only what works is named here. */
const always = ['IMAP4rev1', 'IMAP4rev2', 'LITERAL+', 'SASL-IR', 'ID', 'ENABLE'];

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
  'SEARCHRES',
  'WITHIN',
  'SORT',
  'SORT=DISPLAY',
  'ESORT',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
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
  'MULTIAPPEND',
  'CATENATE',
  'REPLACE',
  'BINARY',
  'UTF8=ACCEPT',
];

/** What a session may do now. A password is never taken in clear: without TLS there is only STARTTLS (RFC 9051, 11.1). */
export function capabilities(session: {
  readonly isSecure: boolean;
  readonly isSignedIn: boolean;
  readonly offersScram: boolean;
  readonly limits: { readonly messageBytesMax: number };
}): string {
  // RFC 7889: the same for every mailbox.
  const appendLimit = `APPENDLIMIT=${session.limits.messageBytesMax}`;
  if (session.isSignedIn) return [...always, ...afterLogin, appendLimit].join(' ');
  if (!session.isSecure) return [...always, 'STARTTLS', 'LOGINDISABLED'].join(' ');
  return [...always, 'AUTH=PLAIN', ...(session.offersScram ? ['AUTH=SCRAM-SHA-256'] : [])].join(' ');
}
