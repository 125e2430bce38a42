/** Where the hub is reached from outside: what is published in the DNS and written into mail clients. */
export interface MailSite {
  /** The host of the MX records, of submission and of IMAP. */
  readonly mailHost: string;
  /** The host that answers set-up requests over HTTPS. */
  readonly webHost: string;
  readonly ports: MailSitePorts;
  /** Another server that sends the hub's mail to other domains. */
  readonly smarthost?: string;
}

export interface MailSitePorts {
  readonly https: number;
  /** STARTTLS. */
  readonly submission: number;
  /** TLS from the first octet (RFC 8314). */
  readonly submissions: number;
  readonly imap: number;
  readonly imaps: number;
}
