import { answerParent } from '#bench/child-program.ts';
import { type LoadRequest, sendLoad } from './smtp-load.ts';

answerParent((request) => sendLoad(request as LoadRequest));
