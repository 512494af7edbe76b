import type { App } from "vue";
import { createTokenStore } from "./composables/token-store.ts";
import { confirmKey, createConfirm } from "./composables/useConfirm.ts";
import { createNow, nowKey } from "./composables/useNow.ts";
import { createSession, sessionKey } from "./composables/useSession.ts";
import { socketKey } from "./composables/useSocket.ts";
import { createStacks, stacksKey } from "./composables/useStacks.ts";
import { createTheme, themeKey } from "./composables/useTheme.ts";
import { createToasts, toastsKey } from "./composables/useToasts.ts";
import { createSocketClient } from "./socket/client.ts";
import type { Transport } from "./socket/transport.ts";

/** Makes what all components share, once per app. */
export function provideApp(app: App, transport: Transport): void {
    app.runWithContext(() => {
        const client = createSocketClient(transport);
        const tokens = createTokenStore(localStorage, sessionStorage);
        const session = createSession(client, tokens, () => location.reload());

        app.provide(socketKey, client)
            .provide(sessionKey, session)
            .provide(stacksKey, createStacks(client, session))
            .provide(toastsKey, createToasts())
            .provide(confirmKey, createConfirm())
            .provide(themeKey, createTheme(document.body))
            .provide(nowKey, createNow());
    });
}
