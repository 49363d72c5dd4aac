/** The page: places that its script fills. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Training</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dashboard-page.css">
</head>
<body>
<header>
<h1 id="title">Training</h1>
<p id="state" role="status">connecting</p>
<progress id="progress" max="1" value="0" aria-label="steps done"></progress>
<dl id="figures"></dl>
</header>
<main>
<section id="pictures" hidden>
<h2>Pictures <span id="pictures-step"></span></h2>
<p id="pictures-note"></p>
<a id="pictures-link" target="_blank"><img id="pictures-image" alt=""></a>
<input id="pictures-choice" type="range" min="0" max="0" value="0" aria-label="step of the pictures">
</section>
<div id="curves"></div>
</main>
<script type="module" src="/dashboard-page.js"></script>
</body>
</html>
`;
