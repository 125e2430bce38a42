import type { MailAccess } from '#app/ports/mail.ts';
import type { QuotaRoot } from '#app/ports/mail-quota.ts';
import { HubError } from '#domain/hub-error.ts';
import { everyRight } from '#domain/mail/mailbox-rights.ts';

/** Mail in memory is one account's, which has every right in it and shares nothing. */
export function memorySharing(mail: {
  has(path: string): boolean;
}): Pick<MailAccess, 'sharing' | 'annotations' | 'quota'> {
  const annotations = new Map<string, Buffer>();
  const own = (path: string): void => {
    if (!mail.has(path)) throw new HubError('mailbox_unknown');
  };
  const root: QuotaRoot = {
    name: 'an.nguyen@binhthuan.example',
    usedBytes: 1025,
    bytesMax: 10_240,
    messages: 2,
    messagesMax: 1000,
  };
  return {
    quota: {
      rootOf: async (path) => {
        own(path);
        return root;
      },
      root: async (name) => {
        if (name !== root.name) throw new HubError('mailbox_unknown');
        return root;
      },
    },
    sharing: {
      rights: async (path) => {
        own(path);
        return everyRight;
      },
      rightsById: async () => everyRight,
      entries: async (path) => {
        own(path);
        return [{ identifier: 'an.nguyen@binhthuan.example', rights: everyRight }];
      },
      alwaysGranted: async (path) => {
        own(path);
        return 0;
      },
      change: async () => {
        throw new HubError('bad_input');
      },
    },
    annotations: {
      read: async (path) => {
        if (path !== undefined) own(path);
        return [...annotations.entries()].map(([entry, value]) => ({ entry, value }));
      },
      write: async (path, changes) => {
        if (path !== undefined) own(path);
        for (const { entry, value } of changes) {
          if (value === undefined) annotations.delete(entry);
          else annotations.set(entry, value);
        }
      },
    },
  };
}
