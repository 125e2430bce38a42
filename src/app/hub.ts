import type { Clock } from '#domain/clock.ts';
import type { AuditPorts } from '#app/audit/read-audit.ts';
import type { CalendarPorts } from '#app/calendar/manage-calendar.ts';
import type { DocumentHub } from '#app/document/document-hub.ts';
import type { HeldPorts } from '#app/mail/decide-held.ts';
import type { ReadAttachmentPorts } from '#app/attachment/read-attachment.ts';
import type { UploadPorts } from '#app/attachment/upload-attachment.ts';
import type { DomainPorts } from '#app/mail/manage-domains.ts';
import type { ManageOutboundPorts } from '#app/mail/manage-outbound.ts';
import type { OutsidePorts } from '#app/directive/send-outside.ts';
import type { ReadOutboundPorts } from '#app/mail/read-outbound.ts';
import type { MailDeliveryTransaction } from '#app/ports/mail-delivery.ts';
import type { MailGroups } from '#app/ports/mail-groups.ts';
import type { MailTrace } from '#app/ports/mail-trace.ts';
import type { MailSettingsStore } from '#app/ports/mail-settings.ts';
import type { AccessStore } from '#app/ports/access-store.ts';
import type { Delegations } from '#app/ports/delegations.ts';
import type { Directory } from '#app/ports/directory.ts';
import type { SavedSearches, SearchReads } from '#app/ports/search.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import type { OfficialMail } from '#app/ports/official-mail.ts';
import type { MailSignIn, ScramSignIn, SignInPorts } from '#app/access/sign-in.ts';

/** What the doors are given: the ports that use cases take, wired once in main.ts. */
export interface Hub {
  readonly store: HubStore;
  readonly access: AccessStore;
  readonly delegations: Delegations;
  readonly directory: Directory;
  readonly audit: AuditPorts;
  readonly calendar: CalendarPorts;
  readonly documents: DocumentHub;
  readonly mail: OfficialMail;
  readonly files: UploadPorts & ReadAttachmentPorts;
  readonly groups: MailGroups;
  readonly domains: DomainPorts;
  readonly mailSettings: MailSettingsStore;
  readonly held: HeldPorts<MailDeliveryTransaction>;
  readonly outbound: ManageOutboundPorts & ReadOutboundPorts;
  /** Directives to people outside. */
  readonly outside: OutsidePorts;
  readonly trace: MailTrace;
  readonly search: SearchReads;
  readonly savedSearches: SavedSearches;
  readonly signIn: SignInPorts;
  readonly mailSignIn: MailSignIn;
  readonly scramSignIn: ScramSignIn;
  readonly clock: Clock;
  /** After a commit that wrote outbox rows. */
  readonly committed: () => void;
  /** The data are a simulation, and every page says so. */
  readonly simulated: boolean;
  /** Mail to other domains is caught here and leaves for nowhere. */
  readonly rehearsal: boolean;
}
