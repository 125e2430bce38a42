import type { ErrorCode } from '#domain/hub-error.ts';
import type { ReplyAct, UnclearReason } from './reply-act.ts';

export type DoneAct = Exclude<ReplyAct, { kind: 'comment' | 'nothing' }>;

/** What has become of a reply, as its writer is told. */
export type ReplyOutcome =
  | {
      readonly kind: 'done';
      readonly act: DoneAct;
      /** What else was said stands beside the directive. */ readonly commented: boolean;
    }
  | { readonly kind: 'refused'; readonly act: DoneAct['kind'] | 'comment'; readonly code: ErrorCode }
  | { readonly kind: 'comment'; readonly reason: UnclearReason | 'several_assignments' }
  | { readonly kind: 'nothing' };
