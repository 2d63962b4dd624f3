// The reference: bare Socket.IO on Node, one durable SQLite insert a question.
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { Server } from "socket.io";

const [port, path] = process.argv.slice(2);

const database = new DatabaseSync(path);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
database.exec("CREATE TABLE questions (number INTEGER PRIMARY KEY, key UNIQUE, stand, text)");
const insert = database.prepare("INSERT INTO questions (key, stand, text) VALUES (?, ?, ?)");

const server = createServer((request, response) => {
  if (request.method !== "POST") return response.writeHead(404).end();
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const fields = new URLSearchParams(body);
    const [key, text] = [fields.get("key"), fields.get("text")];
    const stand = request.url.split("/")[2];
    const number = Number(insert.run(key, stand, text).lastInsertRowid);
    // As long as the card that our own desk is sent.
    const news = { html: text + ".".repeat(1500), revision: number };
    io.to(`desk:${stand}`).emit("fragment", news);
    io.to("moderate:GE").emit("fragment", news);
    const answer = JSON.stringify({ key, number });
    response.writeHead(201, { "Content-Type": "application/json" }).end(answer);
  });
});

const io = new Server(server, { transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.on("watch", (command, acknowledge) => {
    socket.join(`${command.room}:${command.code}`);
    acknowledge({ ok: true });
  });
});
server.listen({ port: Number(port), host: "127.0.0.1", backlog: 2048 });
