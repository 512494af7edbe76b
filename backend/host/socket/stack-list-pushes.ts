import type { AgentPushes } from "../../../common/socket/host-events.ts";
import { stackListChange, type StackListChange } from "../services/stack-list-change.ts";
import type { StackList } from "../services/list-stacks.ts";
import type { Session } from "./session.ts";

type Listener = Pick<Session, "endpoint" | "stackListChanges" | "emitAgent">;

/** Tells sessions the list of stacks. */
export interface StackListPushes {
    /** The whole list. */
    sendWhole(session: Listener, list: StackList): void;
    /** What differs from what the session has, where it understands that; else the whole list. */
    sendNews(session: Listener, list: StackList): void;
}

/** Remembers which list each session has, and finds the difference once for all that have the same. */
export function createStackListPushes(): StackListPushes {
    const sent = new WeakMap<Listener, StackList>();
    const changes = new WeakMap<StackList, { readonly to: StackList; readonly change: StackListChange | undefined }>();

    function changeBetween(from: StackList, to: StackList): StackListChange | undefined {
        const known = changes.get(from);
        if (known?.to === to) {
            return known.change;
        }
        const change = stackListChange(from, to);
        changes.set(from, { to, change });
        return change;
    }

    function sendWhole(session: Listener, list: StackList): void {
        const { endpoint } = session;
        const [push]: AgentPushes["stackList"] = [{ ok: true, stackList: at(endpoint, list), endpoint }];
        sent.set(session, list);
        session.emitAgent("stackList", push);
    }

    return {
        sendWhole,
        sendNews(session, list) {
            const had = sent.get(session);
            if (!session.stackListChanges || had === undefined) {
                sendWhole(session, list);
                return;
            }
            const change = had === list ? undefined : changeBetween(had, list);
            sent.set(session, list);
            if (change !== undefined) {
                const { endpoint } = session;
                const changed = at(endpoint, change.changed);
                const [push]: AgentPushes["stackListChange"] = [
                    { ok: true, changed, removed: change.removed, endpoint },
                ];
                session.emitAgent("stackListChange", push);
            }
        },
    };
}

/** The stacks as a client knows them that calls this server by that endpoint. */
function at(endpoint: string, list: StackList): StackList {
    return endpoint === ""
        ? list
        : Object.fromEntries(Object.entries(list).map(([name, stack]) => [name, { ...stack, endpoint }]));
}
