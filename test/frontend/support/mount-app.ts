import { flushPromises, mount } from "@vue/test-utils";
import { createMemoryHistory } from "vue-router";
import type { StackSummary } from "../../../common/schema/stack.ts";
import App from "../../../frontend/src/App.vue";
import { i18n } from "../../../frontend/src/i18n.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import { provideApp } from "../../../frontend/src/provide-app.ts";
import { createPageRouter } from "../../../frontend/src/router.ts";
import { createFakeTransport, type FakeTransport } from "./fake-transport.ts";

const token = `x.${btoa(JSON.stringify({ username: "admin" }))}.x`;

/** What a server answers to an event; `undefined`: nothing, as Dockge to events that it does not know. */
export type ServerAnswers = Readonly<Record<string, object | undefined>>;

/** The whole page at an address, logged in. `answers`: by endpoint and event. */
export async function mountApp(path: string, answers: Readonly<Record<string, ServerAnswers>> = {}) {
    registerIcons();
    localStorage.clear();
    localStorage.setItem("token", token);
    const transport: FakeTransport = createFakeTransport();
    transport.answerAll("loginByToken", () => ({ ok: true }));
    const events = new Set(Object.values(answers).flatMap((one) => Object.keys(one)));
    for (const event of events) {
        transport.answerAll(event, (_args, endpoint) => {
            const answer = answers[endpoint]?.[event];
            return answer && { ok: true, ...answer };
        });
    }
    const router = createPageRouter(createMemoryHistory());
    await router.push(path);
    const wrapper = mount(App, {
        global: { plugins: [i18n, router, (app) => void provideApp(app, transport)] },
        attachTo: document.body,
    });
    transport.connect();
    await flushPromises();
    return { wrapper, transport, router };
}

/** The server tells of others behind it. */
export function pushAgents(
    transport: FakeTransport,
    agents: Readonly<Record<string, { readonly name?: string; readonly status?: "connecting" | "online" | "offline" }>>,
): void {
    const own = { url: "", username: "", endpoint: "", name: "", updatedName: "" };
    const entries = Object.entries(agents).map(
        ([endpoint, { name = "" }]) =>
            [endpoint, { ...own, url: `http://${endpoint}`, endpoint, name, updatedName: name }] as const,
    );
    transport.push("agentList", { agentList: { "": own, ...Object.fromEntries(entries) } });
    for (const [endpoint, { status = "online" }] of Object.entries(agents)) {
        transport.push("agentStatus", { endpoint, status, msg: status === "offline" ? "It does not answer." : "" });
    }
}

/** A stack of a list. */
export function stackOf(name: string, rest: Partial<StackSummary> = {}): StackSummary {
    return {
        name,
        status: 3,
        tags: [],
        isManagedByDockge: true,
        composeFileName: "compose.yaml",
        endpoint: "",
        ...rest,
    };
}

/** A server's list of stacks. */
export function pushStacks(transport: FakeTransport, endpoint: string, ...stacks: readonly StackSummary[]): void {
    const stackList = Object.fromEntries(stacks.map((stack) => [stack.name, { ...stack, endpoint }]));
    transport.push("stackList", { ok: true, stackList, endpoint });
}
