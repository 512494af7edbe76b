import "@fontsource/jetbrains-mono/latin-400.css";
import "@fontsource/jetbrains-mono/latin-700.css";
import "./styles/main.scss";
import { createApp } from "vue";
import App from "./App.vue";
import { provideApp } from "./provide-app.ts";
import { i18n } from "./i18n.ts";
import { registerIcons } from "./icons.ts";
import { createPageRouter } from "./router.ts";
import { createSocketTransport } from "./socket/transport.ts";

registerIcons();
const app = createApp(App).use(i18n);
const ready = provideApp(app, createSocketTransport());
app.use(createPageRouter());
// In its language from the first sight on.
void ready.then(() => app.mount("#app"));
