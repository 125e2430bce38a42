import { answerParent } from '#bench/child-program.ts';
import { type ImapLoadRequest, runImapLoad } from './imap-load.ts';

answerParent((request) => runImapLoad(request as ImapLoadRequest));
