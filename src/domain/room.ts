/** Who may hear an event, as rooms. Names are made here and nowhere else; a client never names one (threats H1). */
export const rooms = {
  everyone: 'everyone',
  /** Those who run the system. */
  administrators: 'administrators',
  account: (accountId: string) => `account:${accountId}`,
  /** Those who answer for a unit: its head, office chief and clerks, and the unit's own mailboxes. */
  unit: (unitId: string) => `unit:${unitId}`,
  /** The registry (văn thư) of an organ: its clerks, office chief and head, and its own mailboxes. */
  registry: (organId: string) => `registry:${organId}`,
  /** Its holder, and who may issue for it by a delegation that runs now. */
  position: (positionId: string) => `position:${positionId}`,
} as const;
