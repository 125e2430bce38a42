import { subscriptionCommand } from './subscribe.ts';

export const unsubscribe = subscriptionCommand('UNSUBSCRIBE', false);
