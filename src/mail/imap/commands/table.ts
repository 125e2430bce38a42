import { append } from './append.ts';
import { authenticate } from './authenticate.ts';
import { capability } from './capability.ts';
import { check } from './check.ts';
import { close } from './close.ts';
import type { ImapCommand } from './command.ts';
import { compress } from './compress.ts';
import { copy, uidCopy } from './copy.ts';
import { create } from './create.ts';
import { deleteacl } from './deleteacl.ts';
import { deleteMailbox } from './delete.ts';
import { enable } from './enable.ts';
import { examine } from './examine.ts';
import { expunge, uidExpunge } from './expunge.ts';
import { fetch, uidFetch } from './fetch.ts';
import { getacl } from './getacl.ts';
import { getmetadata } from './getmetadata.ts';
import { getquota } from './getquota.ts';
import { getquotaroot } from './getquotaroot.ts';
import { id } from './id.ts';
import { idle } from './idle.ts';
import { list } from './list.ts';
import { listrights } from './listrights.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { lsub } from './lsub.ts';
import { move, uidMove } from './move.ts';
import { myrights } from './myrights.ts';
import { namespace } from './namespace.ts';
import { noop } from './noop.ts';
import { rename } from './rename.ts';
import { replace, uidReplace } from './replace.ts';
import { search, uidSearch } from './search.ts';
import { select } from './select.ts';
import { setacl } from './setacl.ts';
import { setmetadata } from './setmetadata.ts';
import { setquota } from './setquota.ts';
import { sort, uidSort } from './sort.ts';
import { starttls } from './starttls.ts';
import { status } from './status.ts';
import { store, uidStore } from './store.ts';
import { subscribe } from './subscribe.ts';
import { thread, uidThread } from './thread.ts';
import { unauthenticate } from './unauthenticate.ts';
import { unselect } from './unselect.ts';
import { unsubscribe } from './unsubscribe.ts';

/** Every command of the server by its name; a new one is a file and a line here. */
export const commands: ReadonlyMap<string, ImapCommand> = new Map(
  [
    capability,
    noop,
    logout,
    id,
    starttls,
    authenticate,
    login,
    unauthenticate,
    compress,
    enable,
    namespace,
    list,
    lsub,
    subscribe,
    unsubscribe,
    create,
    deleteMailbox,
    rename,
    myrights,
    getacl,
    listrights,
    setacl,
    deleteacl,
    getmetadata,
    setmetadata,
    getquota,
    getquotaroot,
    setquota,
    status,
    select,
    examine,
    append,
    replace,
    uidReplace,
    idle,
    check,
    close,
    unselect,
    expunge,
    uidExpunge,
    search,
    uidSearch,
    sort,
    uidSort,
    thread,
    uidThread,
    fetch,
    uidFetch,
    store,
    uidStore,
    copy,
    uidCopy,
    move,
    uidMove,
  ].map((command) => [command.name, command]),
);
