import "./src/main.mjs";
