import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

/** The page. `npm run build` writes it to `frontend-dist`, which the server serves. */
export default defineConfig({
    root: "frontend",
    plugins: [vue()],
    // Bootstrap 5.3 is written for the older Sass; its warnings are not ours to mend.
    css: { preprocessorOptions: { scss: { quietDeps: true, silenceDeprecations: ["import"] } } },
    build: { outDir: "../frontend-dist", emptyOutDir: true, chunkSizeWarningLimit: 1200 },
    server: { proxy: { "/socket.io": { target: "http://127.0.0.1:5001", ws: true }, "/api": "http://127.0.0.1:5001" } },
});
