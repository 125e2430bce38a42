/** What a held message waits for: a moderator, a scanner, the next hour of a sending limit, or its own time. */
export type HeldKind = 'moderation' | 'scan' | 'sending_limit' | 'scheduled';
